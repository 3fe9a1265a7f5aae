import { and, eq, gt, isNull, ne, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { Credential, NewAccount, Users } from "../domain/ports.ts";
import { auditInsert, auditInsertIfChanged, type Database, isUniqueViolation, onD1 } from "./d1.ts";
import { outboxInsertIfChanged } from "./d1-outbox.ts";
import { members, organizations, secondFactors, sessions, users } from "./d1-schema.ts";

export function d1Users(db: Database): Users {
  const byEmail = selectCredential(db)
    .where(eq(users.email, sql.placeholder("email")))
    .prepare();
  const byId = selectCredential(db)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare();

  return {
    register: (account, audit) => onD1("register", () => register(db, account, audit)),

    credentialByEmail: (email) => onD1("user by email", async () => credentialOf(await byEmail.get({ email }))),

    credentialById: (id) => onD1("user by id", async () => credentialOf(await byId.get({ id }))),

    upgradePasswordHash: ({ id, from, to }) =>
      onD1("upgrade password hash", async () => {
        await db
          .update(users)
          .set({ passwordHash: to })
          .where(and(eq(users.id, id), eq(users.passwordHash, from)));
      }),

    changePassword: ({ id, from, to, keep, now }, audit, notice) =>
      onD1("change password", async () => {
        const [changed, , , ended] = await db.batch([
          db
            .update(users)
            .set({ passwordHash: to, credentialVersion: sql`${users.credentialVersion} + 1` })
            .where(and(eq(users.id, id), eq(users.passwordHash, from)))
            .returning({ id: users.id }),
          auditInsertIfChanged(db, audit),
          outboxInsertIfChanged(db, notice),
          db
            .update(sessions)
            .set({ revokedAt: now })
            .where(
              and(
                eq(sessions.userId, id),
                ne(sessions.id, keep),
                isNull(sessions.revokedAt),
                gt(sessions.expiresAt, now),
                // only after the first statement won: a sealed hash is never made twice
                sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${id} AND ${users.passwordHash} = ${to})`,
              ),
            )
            .returning({ id: sessions.id }),
        ]);
        return changed.length === 0 ? null : ended.map((session) => session.id);
      }),

    rename: ({ id, fullName }, audit) =>
      onD1("rename", async () => {
        await db.batch([db.update(users).set({ fullName }).where(eq(users.id, id)), auditInsertIfChanged(db, audit)]);
      }),
  };
}

async function register(db: Database, account: NewAccount, audit: AuditEntry): Promise<"registered" | "email_taken"> {
  const { user, organization, role, passwordHash } = account;
  const createdAt = user.createdAt;
  try {
    await db.batch([
      db.insert(users).values({ ...user, passwordHash }),
      db.insert(organizations).values({ ...organization, createdAt }),
      db.insert(members).select(
        db
          .select({
            organizationId: organizations.id,
            userId: users.id,
            role: sql`${role}`.as("role"),
            createdAt: sql`${createdAt}`.as("created_at"),
          })
          .from(users)
          .innerJoin(organizations, eq(organizations.publicId, organization.publicId))
          .where(eq(users.publicId, user.publicId)),
      ),
      auditInsert(db, audit),
    ]);
    return "registered";
  } catch (error) {
    if (isUniqueViolation(error, "users.email")) return "email_taken";
    throw error;
  }
}

/** The columns of a user and of the organization that a login begins in: the first one joined. */
function selectCredential(db: Database) {
  return db
    .select({
      id: users.id,
      publicId: users.publicId,
      email: users.email,
      fullName: users.fullName,
      createdAt: users.createdAt,
      passwordHash: users.passwordHash,
      version: users.credentialVersion,
      role: members.role,
      organization: { id: organizations.id, publicId: organizations.publicId, name: organizations.name },
      factorConfirmedAt: secondFactors.confirmedAt,
    })
    .from(users)
    .leftJoin(members, eq(members.userId, users.id))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .orderBy(members.createdAt, members.organizationId)
    .limit(1);
}

type CredentialRow = Awaited<ReturnType<ReturnType<typeof selectCredential>["get"]>>;

function credentialOf(row: CredentialRow): Credential | null {
  if (row === undefined) return null;
  const { passwordHash, version, role, organization, factorConfirmedAt, ...user } = row;
  const membership = role === null || organization === null ? null : { role, organization };
  return { user, membership, passwordHash, version, hasSecondFactor: factorConfirmedAt !== null };
}
