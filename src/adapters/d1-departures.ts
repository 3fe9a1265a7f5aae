import { and, eq, exists, gt, inArray, isNull, ne, notExists, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { UserId } from "../domain/ids.ts";
import type { Departure, Departures } from "../domain/ports/departures.ts";
import { auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { outboxInsertWhere } from "./d1-outbox.ts";
import {
  apiKeySecrets,
  apiKeys,
  apiKeyUsage,
  backupCodes,
  members,
  organizations,
  outbox,
  secondFactors,
  sessions,
  users,
} from "./d1-schema.ts";
import { challenges } from "./d1-schema-challenge.ts";
import { identities } from "./d1-schema-identity.ts";
import { invitations } from "./d1-schema-invitation.ts";
import { companyCredentials, projects } from "./d1-schema-organization.ts";

/** No address is like a public id: it stands in its column for a user who is gone. */
const GONE = {
  email: sql`${users.publicId}`,
  fullName: "",
  passwordHash: null,
  emailVerifiedAt: null,
  pendingEmail: null,
  phone: null,
  pendingPhone: null,
  credentialVersion: sql`${users.credentialVersion} + 1`,
};

export function d1Departures(db: Database): Departures {
  return {
    depart: (departure, audit, farewell) =>
      onD1("delete account", async () => {
        const { user, passwordHash, now } = departure;
        const gone = isGone(user);
        const [left, , ended, credentials] = await db.batch([
          db
            .update(users)
            .set(GONE)
            .where(
              and(eq(users.id, user), sql`${users.passwordHash} IS ${passwordHash}`, notExists(lastAdmin(db, user))),
            )
            .returning({ id: users.id }),
          auditInsertIfChanged(db, audit),
          db
            .update(sessions)
            .set({ revokedAt: now })
            .where(and(eq(sessions.userId, user), isNull(sessions.revokedAt), gt(sessions.expiresAt, now), gone))
            .returning({ id: sessions.id }),
          credentialsRevoked(db, departure),
          ...belongingsDeleted(db, departure),
          outboxInsertWhere(db, farewell, gone),
        ]);
        if (left.length > 0) return [...ended, ...credentials].map(({ id }) => id);
        return (await lastAdmin(db, user)).length > 0 ? "last_admin" : "changed";
      }),
  };
}

/** What was done by the first statement of the batch, or by an earlier batch: then there is nothing left to do. */
function isGone(user: UserId) {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${user} AND ${users.email} = ${users.publicId})`;
}

/** Teams in which nobody but the user is an active admin, and somebody else is a member. */
function lastAdmin(db: Database, user: UserId) {
  const other = alias(members, "other");
  const others = db
    .select({ one: sql`1` })
    .from(other)
    .where(and(eq(other.organizationId, members.organizationId), ne(other.userId, user)));
  const admin = alias(members, "admin");
  const otherAdmins = db
    .select({ one: sql`1` })
    .from(admin)
    .where(
      and(
        eq(admin.organizationId, members.organizationId),
        ne(admin.userId, user),
        eq(admin.role, "admin"),
        eq(admin.isActive, true),
      ),
    );
  return db
    .select({ one: sql`1` })
    .from(members)
    .where(and(eq(members.userId, user), eq(members.role, "admin"), exists(others), notExists(otherAdmins)));
}

/** Teams that nobody is left in, for statements that come before the end of the membership. */
function emptiedTeams(db: Database, user: UserId) {
  const isEmptied = sql`NOT EXISTS (
    SELECT 1 FROM members m WHERE m.organization_id = ${members.organizationId} AND m.user_id <> ${user})`;
  return db
    .select({ id: members.organizationId })
    .from(members)
    .where(and(eq(members.userId, user), isEmptied));
}

function credentialsRevoked(db: Database, { user, now }: Departure) {
  const isTheirs = inArray(companyCredentials.organizationId, emptiedTeams(db, user));
  return db
    .update(companyCredentials)
    .set({ revokedAt: now, name: sql`${companyCredentials.publicId}` })
    .where(and(isTheirs, isNull(companyCredentials.revokedAt), isGone(user)))
    .returning({ id: companyCredentials.publicId });
}

/** All that is theirs alone. Of sessions the ids stay, which tokens and the audit log name, and nothing of where they were. */
function belongingsDeleted(db: Database, { user, recipients, proven }: Departure) {
  const gone = isGone(user);
  const keys = db.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.userId, user));
  const emptied = emptiedTeams(db, user);
  return [
    db
      .update(sessions)
      .set({ address: null, country: null, userAgent: null })
      .where(and(eq(sessions.userId, user), gone)),
    db.delete(apiKeySecrets).where(and(inArray(apiKeySecrets.keyId, keys), gone)),
    db.delete(apiKeyUsage).where(and(inArray(apiKeyUsage.keyId, keys), gone)),
    db.delete(apiKeys).where(and(eq(apiKeys.userId, user), gone)),
    db.delete(backupCodes).where(and(eq(backupCodes.userId, user), gone)),
    db.delete(secondFactors).where(and(eq(secondFactors.userId, user), gone)),
    db.delete(challenges).where(and(eq(challenges.userId, user), gone)),
    db.delete(identities).where(and(eq(identities.userId, user), gone)),
    db.delete(invitations).where(and(eq(invitations.inviterId, user), gone)),
    db
      .delete(invitations)
      .where(and(inArray(invitations.email, [...recipients]), inArray(invitations.email, [...proven]), gone)),
    db
      .delete(outbox)
      .where(
        and(
          inArray(outbox.to, [...recipients]),
          or(ne(outbox.state, "waiting"), inArray(outbox.to, [...proven])),
          gone,
        ),
      ),
    db
      .update(projects)
      .set({ name: sql`${projects.publicId}` })
      .where(and(inArray(projects.organizationId, emptied), gone)),
    db
      .update(organizations)
      .set({ name: sql`${organizations.publicId}` })
      .where(and(inArray(organizations.id, emptied), gone)),
    db.delete(members).where(and(eq(members.userId, user), gone)),
  ] as const;
}
