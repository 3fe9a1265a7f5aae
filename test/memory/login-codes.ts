import type { LoginCodes } from "../../src/domain/ports/login-codes.ts";
import { liveSessions, type MemoryDatabase, revoke } from "./database.ts";
import { dropUnprovenPast, prove } from "./mailed-links.ts";
import { writeMessage } from "./outbox.ts";

/** What is sent and proven on the way in by a code, of the users in the Map. */
export function memoryLoginCodes(db: MemoryDatabase): LoginCodes {
  return {
    async send(message, audit) {
      const user = [...db.users.values()].find(({ email, phone }) =>
        message.channel === "email" ? email === message.to : phone === message.to,
      );
      if (user !== undefined) writeMessage(db, message);
      const organization = db.members.find((each) => each.userId === user?.id && each.isActive)?.organization.publicId;
      db.audit.push({ ...audit, target: user?.publicId ?? null, organization: organization ?? null });
    },
    async proveAddress({ userId, email, team, now }, { dropPast, notice }, audit) {
      const user = db.users.get(userId);
      if (user?.email !== email) return [];
      const isFirst = user.emailVerifiedAt === null;
      const ended = isFirst ? revoke(db, liveSessions(db, userId, now)) : [];
      const dropped = isFirst && dropPast ? dropUnprovenPast(db, userId, audit) : [];
      if (isFirst && !dropPast) writeMessage(db, notice);
      if (isFirst) db.audit.push(audit);
      prove(db, userId, { team, now });
      return [...ended, ...dropped];
    },
  };
}
