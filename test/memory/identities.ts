import type { UserId } from "../../src/domain/ids.ts";
import type { Identities, Identity } from "../../src/domain/ports/identities.ts";
import { liveSessions, type MemoryDatabase, revoke } from "./database.ts";
import { dropUnprovenPast, prove } from "./mailed-links.ts";
import { writeMessage } from "./outbox.ts";
import { isTaken } from "./users.ts";

/** Who is who elsewhere, in a Map. */
export function memoryIdentities(db: MemoryDatabase): Identities {
  const keyOf = ({ provider, subject }: Identity) => `${provider}:${subject}`;

  return {
    async link({ identity, userId, email, team, notice, now }, audit) {
      const user = db.users.get(userId);
      if (db.identities.has(keyOf(identity)) || user?.email !== email) return null;
      db.identities.set(keyOf(identity), userId);
      db.audit.push(audit);
      writeMessage(db, notice);
      const isFirst = user.emailVerifiedAt === null;
      const ended = isFirst ? revoke(db, liveSessions(db, userId, now)) : [];
      const dropped = isFirst ? dropUnprovenPast(db, userId, audit) : [];
      prove(db, userId, { team, now, audit });
      return [...ended, ...dropped];
    },
    async create({ identity, user, team }, audit) {
      const now = user.createdAt;
      if (db.identities.has(keyOf(identity)) || isTaken(db, user.email, { except: null, now })) return false;
      const id = (db.users.size + 1) as UserId;
      db.users.set(id, { id, ...user, passwordHash: null, version: 0 });
      db.identities.set(keyOf(identity), id);
      prove(db, id, { team, now });
      db.audit.push(audit);
      return true;
    },
  };
}
