import { and, eq, gt, isNull, type SQL, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { MemberChange } from "../domain/member.ts";
import type { Aftermath, Members, Which } from "../domain/ports/members.ts";
import { auditInsertIfChanged, type Database, FIRST_KEY, onD1 } from "./d1.ts";
import { apiKeys, members, sessions, users } from "./d1-schema.ts";

const MEMBER_COLUMNS = {
  id: users.id,
  publicId: users.publicId,
  email: users.email,
  fullName: users.fullName,
  role: members.role,
  designation: members.designation,
  isActive: members.isActive,
  assignedAgents: members.assignedAgents,
  createdAt: members.createdAt,
};

export function d1Members(db: Database): Members {
  const select = () => db.select(MEMBER_COLUMNS).from(members).innerJoin(users, eq(users.id, members.userId));
  return {
    page: (organization, { limit, after }) =>
      onD1("members", () =>
        select()
          .where(and(eq(members.organizationId, organization), gt(members.userId, after ?? FIRST_KEY)))
          .orderBy(members.userId)
          .limit(limit + 1)
          .all(),
      ),

    byPublicId: (organization, publicId) =>
      onD1("member", async () => {
        const isTheirs = and(eq(users.publicId, publicId), eq(members.organizationId, organization));
        return (await select().where(isTheirs).get()) ?? null;
      }),

    change: (which, change, audit) => onD1("change member", () => changeMember(db, which, change, audit)),

    remove: (which, audit) => onD1("remove member", () => removeMember(db, which, audit)),
  };
}

async function changeMember(
  db: Database,
  which: Which,
  change: MemberChange,
  audit: readonly AuditEntry[],
): Promise<Aftermath | null> {
  const { assignedAgents: agents, ...rest } = change;
  const values = { ...rest, ...(agents === undefined ? {} : { assignedAgents: [...agents] }) };
  const demotes = change.isActive === false || (change.role !== undefined && change.role !== "admin");
  const [changed, , ended, live] = await db.batch([
    db
      .update(members)
      .set(values)
      .where(and(isMember(which), demotes ? leavesAnAdmin(which) : undefined))
      .returning({ id: members.userId }),
    auditInsertIfChanged(db, ...audit),
    endSessions(db, which),
    liveSessions(db, which),
    endApiKeys(db, which),
  ]);
  return changed.length === 0 ? null : aftermath(ended, live);
}

async function removeMember(db: Database, which: Which, audit: AuditEntry): Promise<Aftermath | null> {
  const [removed, , ended, live] = await db.batch([
    db
      .delete(members)
      .where(and(isMember(which), leavesAnAdmin(which)))
      .returning({ id: members.userId }),
    auditInsertIfChanged(db, audit),
    endSessions(db, which),
    liveSessions(db, which),
    endApiKeys(db, which),
  ]);
  return removed.length === 0 ? null : aftermath(ended, live);
}

function aftermath(ended: readonly { id: Aftermath["ended"][number] }[], live: typeof ended): Aftermath {
  return { ended: ended.map(({ id }) => id), live: live.map(({ id }) => id) };
}

function isMember({ organization, id }: Which) {
  return and(eq(members.organizationId, organization), eq(members.userId, id));
}

/** True for everybody but the last active admin: asked by the statement that changes, so that of two in parallel one sees the other. */
function leavesAnAdmin({ organization, id }: Which): SQL {
  return sql`(NOT (role = 'admin' AND is_active = 1) OR EXISTS (
    SELECT 1 FROM members AS others
    WHERE others.organization_id = ${organization} AND others.role = 'admin' AND others.is_active = 1
      AND others.user_id <> ${id}))`;
}

/** Those of the user in the organization, unless an active membership stands behind them. */
function endSessions(db: Database, which: Which) {
  return db
    .update(sessions)
    .set({ revokedAt: which.now })
    .where(and(ofMember(which), isUnproven(which)))
    .returning({ id: sessions.id });
}

/** The same of the user's keys that act there. */
function endApiKeys(db: Database, which: Which) {
  const { organization, id, now } = which;
  const theirs = [eq(apiKeys.userId, id), eq(apiKeys.organizationId, organization), isNull(apiKeys.revokedAt)];
  return db
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(and(...theirs, isUnproven(which)));
}

function isUnproven({ organization, id }: Which): SQL {
  return sql`NOT EXISTS (
    SELECT 1 FROM members WHERE organization_id = ${organization} AND user_id = ${id} AND is_active = 1)`;
}

function liveSessions(db: Database, which: Which) {
  return db.select({ id: sessions.id }).from(sessions).where(ofMember(which));
}

function ofMember({ organization, id, now }: Which) {
  return and(
    eq(sessions.userId, id),
    eq(sessions.organizationId, organization),
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, now),
  );
}
