import type { NewChallenge } from "../../src/domain/challenge.ts";
import type { OrganizationId, SessionId, UserId } from "../../src/domain/ids.ts";
import type { Credential, Users } from "../../src/domain/ports.ts";
import type { Organization, Role } from "../../src/domain/user.ts";
import { hasSecondFactor, liveSessions, type MemoryDatabase, membershipOf, revoke, type UserRow } from "./database.ts";
import { writeMessage } from "./outbox.ts";

/** Users in a Map. */
export function memoryUsers(db: MemoryDatabase): Users {
  const byEmail = (email: string) => [...db.users.values()].find((user) => user.email === email);

  return {
    async register({ user, organization, role, passwordHash }, link, audit) {
      if (isTaken(db, user.email, { except: null, now: user.createdAt })) return "email_taken";
      const id = (db.users.size + 1) as UserId;
      db.users.set(id, { id, ...user, passwordHash, version: 0 });
      if (organization !== null) foundOrganization(db, { organization, userId: id, role, now: user.createdAt });
      writeChallenge(db, link.challenge, { userId: id });
      writeMessage(db, link.message);
      db.audit.push(audit);
      return id;
    },

    isEmailTaken: async (email, now) => isTaken(db, email, { except: null, now }),

    credentialByEmail: async (email) => credentialOf(db, byEmail(email)),

    credentialByPhone: async (phone) =>
      credentialOf(
        db,
        [...db.users.values()].find((user) => user.phone === phone),
      ),

    credentialByIdentity: async ({ provider, subject }) =>
      credentialOf(db, db.users.get(db.identities.get(`${provider}:${subject}`) as UserId)),

    credentialById: async (id) => credentialOf(db, db.users.get(id)),

    async upgradePasswordHash({ id, from, to }) {
      const user = db.users.get(id);
      if (user?.passwordHash === from) db.users.set(id, { ...user, passwordHash: to });
    },

    async changePassword({ id, from, to, keep, now }, audit, notice) {
      const user = db.users.get(id);
      if (user?.passwordHash !== from) return null;
      db.users.set(id, { ...user, passwordHash: to, pendingEmail: null, version: user.version + 1 });
      for (const { kind, userId, usedBy, tokenHash } of [...db.challenges.values()]) {
        const isChange = kind === "reset_password" || kind === "confirm_email_change";
        if (isChange && userId === id && usedBy === null) db.challenges.delete(tokenHash);
      }
      db.audit.push(audit);
      writeMessage(db, notice);
      return revoke(
        db,
        liveSessions(db, id, now).filter(({ session }) => session.id !== keep),
      );
    },

    async rename({ id, fullName }, audit) {
      const user = db.users.get(id);
      if (user === undefined) return;
      db.users.set(id, { ...user, fullName });
      db.audit.push(audit);
    },
  };
}

export function credentialOf(db: MemoryDatabase, row: UserRow | undefined): Credential | null {
  if (row === undefined) return null;
  const { passwordHash, version, ...user } = row;
  const joined = db.members.find(({ userId, isActive }) => userId === user.id && isActive);
  const membership = joined === undefined ? null : membershipOf(joined);
  return { user, membership, passwordHash, version, hasSecondFactor: hasSecondFactor(db, user.id) };
}

/** An organization and its first member. */
export function foundOrganization(
  db: MemoryDatabase,
  {
    organization,
    userId,
    role,
    now,
  }: { organization: Omit<Organization, "id">; userId: UserId; role: Role; now: number },
): OrganizationId {
  const id = (db.members.length + 101) as OrganizationId;
  const rest = { designation: "", isActive: true, assignedAgents: [], createdAt: now };
  db.members.push({ userId, role, organization: { id, ...organization }, ...rest });
  return id;
}

/** Another account has the address, or may take it back. */
export function isTaken(
  db: MemoryDatabase,
  email: string,
  { except, now }: { except: UserId | null; now: number },
): boolean {
  const isHad = [...db.users.values()].some((user) => user.email === email && user.id !== except);
  const isReserved = [...db.challenges.values()].some(
    (each) =>
      each.kind === "undo_email_change" &&
      each.email === email &&
      each.usedBy === null &&
      each.expiresAt > now &&
      each.userId !== except,
  );
  return isHad || isReserved;
}

/** What `challengeInsert` does to D1. */
export function writeChallenge(
  db: MemoryDatabase,
  challenge: NewChallenge,
  { userId, session = null }: { userId: UserId; session?: SessionId | null },
): void {
  const provenAt = db.users.get(userId)?.emailVerifiedAt ?? null;
  db.challenges.set(challenge.tokenHash, { ...challenge, userId, session, usedBy: null, provenAt });
}
