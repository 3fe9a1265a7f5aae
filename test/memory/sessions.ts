import type { SessionId } from "../../src/domain/ids.ts";
import type { Sessions } from "../../src/domain/ports.ts";
import type { Session, SessionGrounds, Standing } from "../../src/domain/session.ts";
import {
  activeMembership,
  hasSecondFactor,
  liveSession,
  liveSessions,
  type MemoryDatabase,
  revoke,
  type SessionRow,
} from "./database.ts";

/** Sessions in a Map. */
export function memorySessions(db: MemoryDatabase): Sessions {
  const begun = (id: SessionId, now: number) => {
    const row = liveSession(db, id, now);
    return row?.pending ? undefined : row;
  };

  return {
    async open(session, grounds, audit) {
      if (!insertSession(db, { session, grounds, pending: false })) return false;
      db.audit.push(audit);
      return true;
    },

    async standing(id, now) {
      const row = begun(id, now);
      return row === undefined ? null : standingOf(db, row);
    },

    async rotate({ id, counter, now }) {
      const before = begun(id, now);
      if (before === undefined) return null;
      const after = before.counter === counter ? { ...before, counter: counter + 1, rotatedAt: now } : before;
      db.sessions.set(id, after);
      const standing = standingOf(db, after);
      return standing && { counter: after.counter, rotatedAt: after.rotatedAt, standing };
    },

    async refreshState(id, now) {
      const row = begun(id, now);
      const standing = row === undefined ? null : standingOf(db, row);
      if (row === undefined || standing === null) return null;
      return { counter: row.counter, rotatedAt: row.rotatedAt, standing };
    },

    async ofUser(userId, now) {
      const newestFirst = liveSessions(db, userId, now).toReversed();
      return newestFirst
        .filter(({ pending }) => !pending)
        .map(({ session }) => session)
        .sort((a, b) => b.createdAt - a.createdAt)
        .slice(0, 100);
    },

    async end({ id, userId, now }, audit) {
      const ended = liveSessions(db, userId, now).filter(({ session }) => session.id === id);
      if (ended.length > 0) db.audit.push(audit);
      return revoke(db, ended).length > 0;
    },

    async endOthers({ keep, userId, now }, audit) {
      const ended = liveSessions(db, userId, now).filter(({ session }) => session.id !== keep);
      if (ended.length > 0) db.audit.push(audit);
      return revoke(db, ended);
    },
  };
}

/** False, and nothing stored, when the user's credentials are of another version, or no active membership stands behind it. */
export function insertSession(
  db: MemoryDatabase,
  { session, grounds, pending }: { session: Session; grounds: SessionGrounds; pending: boolean },
): boolean {
  const { organization, version } = grounds;
  const theirs = db.members.filter(({ userId }) => userId === session.userId);
  const isActive =
    organization === null
      ? theirs.length === 0 || theirs.some((member) => member.isActive)
      : activeMembership(db, session.userId, organization) !== null;
  if (!isActive || db.users.get(session.userId)?.version !== version) return false;
  db.sessions.set(session.id, { session, organization, revoked: false, counter: 0, rotatedAt: 0, pending });
  return true;
}

export function standingOf(db: MemoryDatabase, { session, organization }: SessionRow): Standing | null {
  const stored = db.users.get(session.userId);
  if (stored === undefined) throw new Error("a session of nobody");
  const { passwordHash: _hash, version: _version, ...user } = stored;
  const membership = activeMembership(db, user.id, organization);
  if (organization !== null && membership === null) return null;
  return { session, user, membership, hasSecondFactor: hasSecondFactor(db, user.id) };
}
