import { and, eq, gt, isNull, ne, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { SessionId, UserId } from "../domain/ids.ts";
import type { OutboxMessage } from "../domain/outbox.ts";
import type { MailedLink } from "../domain/ports/challenges.ts";
import type { Credential, NewAccount, Users } from "../domain/ports.ts";
import { auditInsert, auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { challengeInsert, challengesKilled } from "./d1-challenge-statements.ts";
import { isTaken, saysTaken, unlessReserved } from "./d1-email-addresses.ts";
import { MEMBERSHIP_COLUMNS, membershipOf } from "./d1-membership.ts";
import { outboxInsert, outboxInsertIfChanged } from "./d1-outbox.ts";
import { members, organizations, secondFactors, sessions, users } from "./d1-schema.ts";
import { identities } from "./d1-schema-identity.ts";
import { USER_COLUMNS } from "./d1-user-columns.ts";

type PasswordChange = Parameters<Users["changePassword"]>[0];

export function d1Users(db: Database): Users {
  const byEmail = selectCredential(db)
    .where(eq(users.email, sql.placeholder("email")))
    .prepare();
  const byPhone = selectCredential(db)
    .where(eq(users.phone, sql.placeholder("phone")))
    .prepare();
  const byIdentity = selectCredential(db)
    .innerJoin(identities, eq(identities.userId, users.id))
    .where(
      and(eq(identities.provider, sql.placeholder("provider")), eq(identities.subject, sql.placeholder("subject"))),
    )
    .prepare();
  const byId = selectCredential(db)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare();

  return {
    register: (account, link, audit) => onD1("register", () => register(db, account, { link, audit })),

    isEmailTaken: (email, now) =>
      onD1("is email taken", async () => {
        const taken = isTaken(email, { user: sql`NULL`, now });
        const row = await db.get<{ taken: number }>(sql`SELECT ${taken} AS taken`);
        return row.taken === 1;
      }),

    credentialByEmail: (email) => onD1("user by email", async () => credentialOf(await byEmail.get({ email }))),

    credentialByPhone: (phone) => onD1("user by phone", async () => credentialOf(await byPhone.get({ phone }))),

    credentialByIdentity: (identity) =>
      onD1("user by identity", async () => credentialOf(await byIdentity.get({ ...identity }))),

    credentialById: (id) => onD1("user by id", async () => credentialOf(await byId.get({ id }))),

    upgradePasswordHash: ({ id, from, to }) =>
      onD1("upgrade password hash", async () => {
        await db
          .update(users)
          .set({ passwordHash: to })
          .where(and(eq(users.id, id), eq(users.passwordHash, from)));
      }),

    changePassword: (change, audit, notice) =>
      onD1("change password", () => changePassword(db, change, { audit, notice })),

    rename: ({ id, fullName }, audit) =>
      onD1("rename", async () => {
        await db.batch([db.update(users).set({ fullName }).where(eq(users.id, id)), auditInsertIfChanged(db, audit)]);
      }),
  };
}

async function changePassword(
  db: Database,
  { id, from, to, keep, now }: PasswordChange,
  { audit, notice }: { audit: AuditEntry; notice: OutboxMessage },
): Promise<SessionId[] | null> {
  // only after the first statement won: a sealed hash is never made twice
  const user = sql`(SELECT id FROM users WHERE id = ${id} AND password_hash = ${to})`;
  const [changed, , , ended] = await db.batch([
    db
      .update(users)
      .set({ passwordHash: to, pendingEmail: null, credentialVersion: sql`${users.credentialVersion} + 1` })
      .where(and(eq(users.id, id), eq(users.passwordHash, from)))
      .returning({ id: users.id }),
    auditInsertIfChanged(db, audit),
    outboxInsertIfChanged(db, notice),
    db
      .update(sessions)
      .set({ revokedAt: now })
      .where(
        and(
          sql`${sessions.userId} = ${user}`,
          ne(sessions.id, keep),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, now),
        ),
      )
      .returning({ id: sessions.id }),
    // A link that a thief asked for would outlive the new password.
    challengesKilled(db, { user, kinds: ["reset_password", "confirm_email_change"] }),
  ]);
  return changed.length === 0 ? null : ended.map((session) => session.id);
}

async function register(
  db: Database,
  account: NewAccount,
  { link, audit }: { link: MailedLink; audit: AuditEntry },
): Promise<UserId | "email_taken"> {
  const { user, organization, role, passwordHash } = account;
  const key = sql`(SELECT id FROM users WHERE public_id = ${user.publicId})`;
  const email = unlessReserved(user.email, { user: sql`NULL`, now: user.createdAt });
  const foundings = organization === null ? [] : organizationFounded(db, { organization, role, user });
  try {
    const [[made]] = await db.batch([
      db
        .insert(users)
        .values({ ...user, email, passwordHash })
        .returning({ id: users.id }),
      ...foundings,
      challengeInsert(db, link.challenge, { user: key }),
      outboxInsert(db, link.message),
      auditInsert(db, audit),
    ]);
    if (made === undefined) throw new TypeError("an insert that returned no row");
    return made.id;
  } catch (error) {
    if (saysTaken(error)) return "email_taken";
    throw error;
  }
}

function organizationFounded(
  db: Database,
  {
    organization,
    role,
    user,
  }: Pick<NewAccount, "role" | "user"> & { organization: { publicId: string; name: string } },
) {
  const { createdAt } = user;
  return [
    db.insert(organizations).values({ ...organization, createdAt }),
    db.insert(members).values({
      organizationId: sql`(SELECT id FROM organizations WHERE public_id = ${organization.publicId})`,
      userId: sql`(SELECT id FROM users WHERE public_id = ${user.publicId})`,
      role,
      createdAt,
    }),
  ];
}

/** The columns of a user and of the organization that a login begins in: the first one joined of those where they are active. */
export function selectCredential(db: Database) {
  return db
    .select({
      ...USER_COLUMNS,
      passwordHash: users.passwordHash,
      version: users.credentialVersion,
      membership: MEMBERSHIP_COLUMNS,
      factorConfirmedAt: secondFactors.confirmedAt,
    })
    .from(users)
    .leftJoin(members, and(eq(members.userId, users.id), eq(members.isActive, true)))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .orderBy(members.createdAt, members.organizationId)
    .limit(1);
}

type CredentialRow = Awaited<ReturnType<ReturnType<typeof selectCredential>["get"]>>;

export function credentialOf(row: CredentialRow): Credential | null {
  if (row === undefined) return null;
  const { passwordHash, version, membership, factorConfirmedAt, ...user } = row;
  const hasSecondFactor = factorConfirmedAt !== null;
  return { user, membership: membershipOf(membership), passwordHash, version, hasSecondFactor };
}
