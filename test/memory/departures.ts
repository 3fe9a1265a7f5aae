import type { UserId } from "../../src/domain/ids.ts";
import type { Departures } from "../../src/domain/ports/departures.ts";
import { NOTHING_PROVEN } from "../../src/domain/user.ts";
import { liveSessions, type MemoryDatabase, revoke } from "./database.ts";
import { writeMessage } from "./outbox.ts";

/** What `d1-departures.ts` does, in Maps. */
export function memoryDepartures(db: MemoryDatabase): Departures {
  return {
    async depart({ user: id, passwordHash, recipients, proven, now }, audit, farewell) {
      const user = db.users.get(id);
      if (isLastAdmin(db, id)) return "last_admin";
      if (user === undefined || user.passwordHash !== passwordHash) return "changed";
      const gone = { email: user.publicId, fullName: "", passwordHash: null, version: user.version + 1 };
      db.users.set(id, { ...user, ...NOTHING_PROVEN, ...gone });
      db.audit.push(audit);
      const ended = revoke(db, liveSessions(db, id, now));
      deleteBelongings(db, id);
      for (const [messageId, { message, state }] of db.messages) {
        const isTheirs = state !== "waiting" || proven.includes(message.to);
        if (recipients.includes(message.to) && isTheirs) db.messages.delete(messageId);
      }
      writeMessage(db, farewell);
      return ended;
    },
  };
}

function isLastAdmin(db: MemoryDatabase, id: UserId): boolean {
  return db.members.some(({ userId, role, organization }) => {
    const others = db.members.filter((other) => other.organization.id === organization.id && other.userId !== id);
    return userId === id && role === "admin" && others.length > 0 && others.every((other) => other.role !== "admin");
  });
}

function deleteBelongings(db: MemoryDatabase, id: UserId): void {
  for (const [sessionId, row] of db.sessions) {
    if (row.session.userId !== id) continue;
    const session = { ...row.session, address: null, country: null, userAgent: null };
    db.sessions.set(sessionId, { ...row, session });
  }
  for (const [keyId, { owner }] of db.apiKeys) {
    if (owner !== id) continue;
    db.apiKeys.delete(keyId);
    for (const [hash, secret] of db.apiKeySecrets) if (secret.keyId === keyId) db.apiKeySecrets.delete(hash);
  }
  for (const [hash, { userId }] of db.challenges) if (userId === id) db.challenges.delete(hash);
  for (const [identity, userId] of db.identities) if (userId === id) db.identities.delete(identity);
  db.secondFactors.delete(id);
  db.backupCodes.delete(id);
  db.members.splice(0, Number.POSITIVE_INFINITY, ...db.members.filter(({ userId }) => userId !== id));
}
