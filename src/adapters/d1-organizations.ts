import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Organizations } from "../domain/ports/organizations.ts";
import { auditInsertIfChanged, type Database, FIRST_KEY, onD1 } from "./d1.ts";
import { MEMBERSHIP_COLUMNS, membershipOf } from "./d1-membership.ts";
import { members, organizations, sessions } from "./d1-schema.ts";

export function d1Organizations(db: Database): Organizations {
  return {
    ofUser: (user, { limit, after }) =>
      onD1("organizations of user", async () => {
        const rows = await selectMembership(db)
          .where(and(isActive(user), gt(members.organizationId, after ?? FIRST_KEY)))
          .orderBy(members.organizationId)
          .limit(limit + 1);
        return rows.flatMap((row) => membershipOf(row) ?? []);
      }),

    membership: (user, publicId) =>
      onD1("membership", async () => {
        const row = await selectMembership(db)
          .where(and(eq(organizations.publicId, publicId), isActive(user)))
          .get();
        return row === undefined ? null : membershipOf(row);
      }),

    switchTo: (organization, { session, user, now }, audit) =>
      onD1("switch organization", async () => {
        const active = sql`EXISTS (
          SELECT 1 FROM members WHERE organization_id = ${organization} AND user_id = ${user} AND is_active = 1)`;
        const isLive = [isNull(sessions.revokedAt), gt(sessions.expiresAt, now)];
        const [moved] = await db.batch([
          db
            .update(sessions)
            .set({ organizationId: organization })
            .where(and(eq(sessions.id, session), eq(sessions.userId, user), ...isLive, active))
            .returning({ id: sessions.id }),
          auditInsertIfChanged(db, audit),
        ]);
        return moved.length > 0;
      }),
  };
}

function selectMembership(db: Database) {
  return db
    .select(MEMBERSHIP_COLUMNS)
    .from(members)
    .innerJoin(organizations, eq(organizations.id, members.organizationId));
}

function isActive(user: (typeof members.$inferSelect)["userId"]) {
  return and(eq(members.userId, user), eq(members.isActive, true));
}
