import type { AuditEntry } from "../../src/domain/audit.ts";
import type { ChallengeKind } from "../../src/domain/challenge.ts";
import type { CredentialId, ProjectId, SessionId, UserId } from "../../src/domain/ids.ts";
import type { Challenges, Spend } from "../../src/domain/ports/challenges.ts";
import type { EmailChanges } from "../../src/domain/ports/email-changes.ts";
import type { EmailVerification } from "../../src/domain/ports/email-verification.ts";
import type { Recovery } from "../../src/domain/ports/recovery.ts";
import type { NewTeam } from "../../src/domain/team.ts";
import { type ChallengeRow, liveSessions, type MemoryDatabase, revoke, type UserRow } from "./database.ts";
import { writeMessage } from "./outbox.ts";
import { credentialOf, foundOrganization, isTaken, writeChallenge } from "./users.ts";

// Mailed links in a Map, and what their use causes.

export function memoryChallenges(db: MemoryDatabase): Challenges {
  return {
    async find(link) {
      const row = live(db, link);
      const account = row === null ? null : credentialOf(db, db.users.get(row.userId));
      return row === null || account === null ? null : { account, email: row.email };
    },
    async forget({ expiredBefore, limit }) {
      const old = [...db.challenges.values()].filter(({ expiresAt }) => expiresAt < expiredBefore);
      for (const { tokenHash } of old.slice(0, limit)) db.challenges.delete(tokenHash);
    },
  };
}

export function memoryEmailVerification(db: MemoryDatabase): EmailVerification {
  return {
    async ask(id, { challenge, message }, audit) {
      const user = userOf(db, id);
      kill(db, id, ["verify_email"]);
      if (user.email !== challenge.email || user.emailVerifiedAt !== null) return false;
      writeChallenge(db, challenge, { userId: id });
      writeMessage(db, message);
      db.audit.push(audit);
      return true;
    },
    async verify(spend, team, audit) {
      const row = use(db, spend);
      if (row === null) return false;
      db.audit.push(audit);
      prove(db, row.userId, { team, now: spend.now });
      return true;
    },
  };
}

export function memoryRecovery(db: MemoryDatabase): Recovery {
  return {
    async ask({ challenge, message }, audit) {
      const user = [...db.users.values()].find(({ email }) => email === challenge.email);
      if (user === undefined) return;
      kill(db, user.id, ["reset_password"]);
      writeChallenge(db, challenge, { userId: user.id });
      writeMessage(db, message);
      db.audit.push({ ...audit, target: user.publicId });
    },
    async reset(spend, { passwordHash, team, notice }, audit) {
      const row = use(db, spend);
      if (row === null) return null;
      const { userId } = row;
      const ended = revoke(db, liveSessions(db, userId, spend.now));
      const dropped = userOf(db, userId).emailVerifiedAt === null ? dropUnprovenPast(db, userId, audit) : [];
      kill(db, userId, ["reset_password", "confirm_email_change"]);
      change(db, userId, { passwordHash, pendingEmail: null }, { newVersion: true });
      db.audit.push(audit);
      writeMessage(db, notice);
      prove(db, userId, { team, now: spend.now, audit });
      return [...ended, ...dropped];
    },
  };
}

export function memoryEmailChanges(db: MemoryDatabase): EmailChanges {
  return {
    async ask({ user, session, confirm, undo, now }, audit) {
      const { email } = confirm.challenge;
      if (isTaken(db, email, { except: user, now }) || userOf(db, user).email !== undo.challenge.email) return false;
      kill(db, user, ["confirm_email_change"]);
      writeChallenge(db, confirm.challenge, { userId: user, session });
      kill(db, user, ["undo_email_change"], undo.challenge.email);
      writeChallenge(db, undo.challenge, { userId: user });
      change(db, user, { pendingEmail: email });
      for (const { message } of [confirm, undo]) writeMessage(db, message);
      db.audit.push(audit);
      return true;
    },
    async drop(user, audit) {
      kill(db, user, ["confirm_email_change"]);
      if (userOf(db, user).pendingEmail === null) return;
      change(db, user, { pendingEmail: null });
      db.audit.push(audit);
    },
    async confirm(spend, team, audit) {
      const found = live(db, spend);
      if (found === null) return null;
      const { userId, email, session: asking } = found;
      if (isTaken(db, email, { except: userId, now: spend.now })) return "email_taken";
      use(db, spend);
      db.audit.push(audit);
      change(db, userId, { email, pendingEmail: null }, { newVersion: true });
      prove(db, userId, { team, now: spend.now });
      return revoke(
        db,
        liveSessions(db, userId, spend.now).filter(({ session }) => session.id !== asking),
      );
    },
    async undo(spend, { reset, team }, audit) {
      const row = use(db, spend);
      if (row === null) return null;
      const { userId, email, provenAt, createdAt } = row;
      const before = userOf(db, userId);
      const emailVerifiedAt = before.email === email ? before.emailVerifiedAt : provenAt;
      const ended = revoke(db, liveSessions(db, userId, spend.now));
      const nothing = { pendingEmail: null, phone: null, pendingPhone: null };
      change(db, userId, { ...nothing, email, emailVerifiedAt }, { newVersion: true });
      const dropped = emailVerifiedAt === null ? dropUnprovenPast(db, userId, audit) : [];
      dropped.push(...dropWaysIn(db, userId, createdAt));
      kill(db, userId, EVERY_KIND);
      writeChallenge(db, reset, { userId });
      db.audit.push(audit);
      prove(db, userId, { team, now: spend.now, audit });
      return [...ended, ...dropped];
    },
  };
}

/** What somebody could come back by who had the account since then. */
function dropWaysIn(db: MemoryDatabase, userId: UserId, since: number): CredentialId[] {
  for (const [identity, owner] of [...db.identities]) if (owner === userId) db.identities.delete(identity);
  for (const [id, row] of [...db.apiKeys]) {
    if (row.owner === userId && row.key.createdAt >= since) db.apiKeys.set(id, { ...row, revoked: true });
  }
  if ((db.secondFactors.get(userId)?.confirmedAt ?? 0) >= since) {
    db.secondFactors.delete(userId);
    db.backupCodes.delete(userId);
  }
  return dropCredentials(db, userId, since);
}

const EVERY_KIND: readonly ChallengeKind[] = [
  "verify_email",
  "reset_password",
  "confirm_email_change",
  "undo_email_change",
];

function userOf(db: MemoryDatabase, id: UserId): UserRow {
  const user = db.users.get(id);
  if (user === undefined) throw new Error("no such user");
  return user;
}

function change(
  db: MemoryDatabase,
  id: UserId,
  changes: Partial<UserRow>,
  { newVersion = false }: { newVersion?: boolean } = {},
): void {
  const user = userOf(db, id);
  db.users.set(id, { ...user, ...changes, version: user.version + (newVersion ? 1 : 0) });
}

/** The row, if its link works at this moment. */
function live(db: MemoryDatabase, { tokenHash, kind, now }: Omit<Spend, "by">): ChallengeRow | null {
  const row = db.challenges.get(tokenHash);
  if (row?.kind !== kind || row.usedBy !== null || row.expiresAt <= now) return null;
  const { email, emailVerifiedAt, pendingEmail } = userOf(db, row.userId);
  if (kind === "verify_email" && emailVerifiedAt !== null) return null;
  const about = { verify_email: email, reset_password: email, confirm_email_change: pendingEmail };
  return kind === "undo_email_change" || about[kind] === row.email ? row : null;
}

function use(db: MemoryDatabase, spend: Spend): ChallengeRow | null {
  const row = live(db, spend);
  if (row !== null) db.challenges.set(row.tokenHash, { ...row, usedBy: spend.by });
  return row;
}

function kill(db: MemoryDatabase, userId: UserId, kinds: readonly ChallengeKind[], email?: string): void {
  for (const row of [...db.challenges.values()]) {
    const isMeant = row.userId === userId && kinds.includes(row.kind) && (email === undefined || row.email === email);
    if (isMeant && row.usedBy === null) db.challenges.delete(row.tokenHash);
  }
}

export function prove(
  db: MemoryDatabase,
  userId: UserId,
  { team, now, audit }: { team: NewTeam; now: number; audit?: AuditEntry },
): void {
  const user = userOf(db, userId);
  if (audit !== undefined && user.emailVerifiedAt === null) db.audit.push({ ...audit, action: "user.email_verified" });
  change(db, userId, { emailVerifiedAt: user.emailVerifiedAt ?? now });
  if (!db.members.some((member) => member.userId === userId)) {
    const organization = { publicId: team.organization, name: user.fullName };
    const id = foundOrganization(db, { organization, userId, role: "admin", now });
    for (const row of liveSessions(db, userId, now)) moveSession(db, row.session.id, id);
  }
  const membership = db.members.find((member) => member.userId === userId && member.isActive);
  if (membership?.role !== "admin") return;
  const organization = membership.organization.id;
  if ([...db.projects.values()].some((project) => project.organization === organization)) return;
  const id = (db.projects.size + 1) as ProjectId;
  db.projects.set(id, { id, publicId: team.project, name: "Default", createdAt: now, archivedAt: null, organization });
}

function moveSession(
  db: MemoryDatabase,
  id: SessionId,
  organization: NonNullable<ReturnType<typeof foundOrganization>>,
): void {
  const row = db.sessions.get(id);
  if (row !== undefined && row.organization === null) db.sessions.set(id, { ...row, organization });
}

/** Answers the company credentials that ended. */
export function dropUnprovenPast(db: MemoryDatabase, userId: UserId, audit: AuditEntry): CredentialId[] {
  db.audit.push({ ...audit, action: "user.unproven_past_dropped" });
  const nothing = { passwordHash: null, phone: null, pendingPhone: null, pendingEmail: null };
  change(db, userId, nothing, { newVersion: true });
  db.secondFactors.delete(userId);
  db.backupCodes.delete(userId);
  kill(db, userId, EVERY_KIND);
  return dropCredentials(db, userId, 0);
}

/** Those that were made since then, of the organizations that the user directs. */
function dropCredentials(db: MemoryDatabase, userId: UserId, since: number): CredentialId[] {
  const directed = db.members.filter((each) => each.userId === userId && each.role === "admin");
  const ended = db.credentials.filter(
    (row) =>
      !row.revoked &&
      row.credential.createdAt >= since &&
      directed.some(({ organization }) => organization.id === row.organization),
  );
  for (const row of ended) db.credentials[db.credentials.indexOf(row)] = { ...row, revoked: true };
  return ended.map(({ credential }) => credential.id);
}
