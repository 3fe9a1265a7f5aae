import type { OrganizationId, UserId } from "../../src/domain/ids.ts";
import type { Credential, Users } from "../../src/domain/ports.ts";
import { hasSecondFactor, liveSessions, type MemoryDatabase, revoke, type UserRow } from "./database.ts";
import { writeMessage } from "./outbox.ts";

/** Users in a Map. */
export function memoryUsers(db: MemoryDatabase): Users {
  const byEmail = (email: string) => [...db.users.values()].find((user) => user.email === email);

  function credentialOf(row: UserRow | undefined): Credential | null {
    if (row === undefined) return null;
    const { passwordHash, version, ...user } = row;
    const joined = db.members.find(({ userId }) => userId === user.id);
    const membership = joined === undefined ? null : { role: joined.role, organization: joined.organization };
    return { user, membership, passwordHash, version, hasSecondFactor: hasSecondFactor(db, user.id) };
  }

  return {
    async register({ user, organization, role, passwordHash }, audit) {
      if (byEmail(user.email) !== undefined) return "email_taken";
      const id = (db.users.size + 1) as UserId;
      db.users.set(id, { id, ...user, passwordHash, version: 0 });
      const organizationId = (db.members.length + 101) as OrganizationId;
      db.members.push({ userId: id, role, organization: { id: organizationId, ...organization } });
      db.audit.push(audit);
      return "registered";
    },

    credentialByEmail: async (email) => credentialOf(byEmail(email)),

    credentialById: async (id) => credentialOf(db.users.get(id)),

    async upgradePasswordHash({ id, from, to }) {
      const user = db.users.get(id);
      if (user?.passwordHash === from) db.users.set(id, { ...user, passwordHash: to });
    },

    async changePassword({ id, from, to, keep, now }, audit, notice) {
      const user = db.users.get(id);
      if (user?.passwordHash !== from) return null;
      db.users.set(id, { ...user, passwordHash: to, version: user.version + 1 });
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
