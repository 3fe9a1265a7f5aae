import type { Sessions } from "../../src/domain/ports.ts";
import type { Standing } from "../../src/domain/session.ts";
import { liveSession, liveSessions, type MemoryDatabase, revoke, type SessionRow } from "./database.ts";

/** Sessions in a Map. */
export function memorySessions(db: MemoryDatabase): Sessions {
  function standingOf({ session, organization }: SessionRow): Standing {
    const stored = db.users.get(session.userId);
    if (stored === undefined) throw new Error("a session of nobody");
    const { passwordHash: _hash, version: _version, ...user } = stored;
    const member = db.members.find((each) => each.userId === user.id && each.organization.id === organization);
    const membership = member === undefined ? null : { role: member.role, organization: member.organization };
    return { session, user, membership };
  }

  return {
    async open(session, { organization, version }, audit) {
      if (db.users.get(session.userId)?.version !== version) return false;
      db.sessions.set(session.id, { session, organization, revoked: false, counter: 0, rotatedAt: 0 });
      db.audit.push(audit);
      return true;
    },

    async standing(id, now) {
      const row = liveSession(db, id, now);
      return row === undefined ? null : standingOf(row);
    },

    async rotate({ id, counter, now }) {
      const before = liveSession(db, id, now);
      if (before === undefined) return null;
      const after = before.counter === counter ? { ...before, counter: counter + 1, rotatedAt: now } : before;
      db.sessions.set(id, after);
      return { counter: after.counter, rotatedAt: after.rotatedAt, standing: standingOf(after) };
    },

    async ofUser(userId, now) {
      const newestFirst = liveSessions(db, userId, now).toReversed();
      return newestFirst
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
