import type { Organizations } from "../../src/domain/ports/organizations.ts";
import { activeMembership, liveSession, type MemoryDatabase, membershipOf, pageFrom } from "./database.ts";

export function memoryOrganizations(db: MemoryDatabase): Organizations {
  return {
    async ofUser(user, wanted) {
      const theirs = db.members
        .filter(({ userId, isActive }) => userId === user && isActive)
        .map(membershipOf)
        .sort((a, b) => a.organization.id - b.organization.id);
      return pageFrom(theirs, wanted, ({ organization }) => organization.id);
    },

    async membership(user, publicId) {
      const row = db.members.find(({ userId, organization }) => userId === user && organization.publicId === publicId);
      return row?.isActive ? membershipOf(row) : null;
    },

    async switchTo(organization, { session, user, now }, audit) {
      const row = liveSession(db, session, now);
      if (row?.session.userId !== user || activeMembership(db, user, organization) === null) return false;
      db.sessions.set(session, { ...row, organization });
      db.audit.push(audit);
      return true;
    },
  };
}
