import type { UserId } from "../../src/domain/ids.ts";
import type { Invitations } from "../../src/domain/ports/invitations.ts";
import { activeMembership, type InvitationRow, type MemoryDatabase, pageFrom } from "./database.ts";
import { writeMessage } from "./outbox.ts";
import { isTaken } from "./users.ts";

export function memoryInvitations(db: MemoryDatabase): Invitations {
  const live = ({ invitation, inviter, organization, by }: InvitationRow, now: number) =>
    by === null && invitation.expiresAt > now && activeMembership(db, inviter, organization)?.role === "admin";
  const isMember = (organization: InvitationRow["organization"], email: string) =>
    db.members.some((each) => each.organization.id === organization && db.users.get(each.userId)?.email === email);
  const remove = (which: (row: InvitationRow) => boolean) => {
    const found = db.invitations.findIndex((row) => row.by === null && which(row));
    if (found >= 0) db.invitations.splice(found, 1);
    return found >= 0;
  };

  return {
    async invite(organization, { invitation, inviter, tokenHash, message }, audit) {
      remove((row) => row.organization === organization && row.invitation.email === invitation.email);
      if (isMember(organization, invitation.email)) return false;
      const place = (db.invitations.at(-1)?.place ?? 0) + 1;
      db.invitations.push({ place, organization, invitation, inviter, tokenHash, by: null });
      db.audit.push(audit);
      writeMessage(db, message);
      return true;
    },

    async page(organization, { now, ...wanted }) {
      const theirs = db.invitations.filter((row) => row.organization === organization && live(row, now));
      return pageFrom(theirs, wanted, ({ place }) => place).map(({ place, invitation }) => ({ place, invitation }));
    },

    async revoke(organization, publicId, audit) {
      const revoked = remove((row) => row.organization === organization && row.invitation.publicId === publicId);
      if (revoked) db.audit.push(audit);
      return revoked;
    },

    async find({ tokenHash, now }) {
      const row = db.invitations.find((each) => each.tokenHash === tokenHash && live(each, now));
      const organization = db.members.find((each) => each.organization.id === row?.organization)?.organization;
      if (row === undefined || organization === undefined) return null;
      const { publicId, email, role } = row.invitation;
      return { publicId, email, role, organization };
    },

    async accept({ tokenHash, now, by }, userId, audit) {
      const at = db.invitations.findIndex((each) => each.tokenHash === tokenHash && live(each, now));
      const row = db.invitations[at];
      const user = db.users.get(userId);
      const organization = db.members.find((each) => each.organization.id === row?.organization)?.organization;
      if (row === undefined || organization === undefined || user?.email !== row.invitation.email) return false;
      if (user.emailVerifiedAt === null || isMember(row.organization, user.email)) return false;
      db.invitations[at] = { ...row, by };
      const rest = { designation: "", isActive: true, assignedAgents: [], createdAt: now };
      db.members.push({ userId, organization, role: row.invitation.role, ...rest });
      db.audit.push(audit);
      return true;
    },

    async register({ tokenHash, now, by }, { user, passwordHash }, audit) {
      const at = db.invitations.findIndex((each) => each.tokenHash === tokenHash && live(each, now));
      const row = db.invitations[at];
      const organization = db.members.find((each) => each.organization.id === row?.organization)?.organization;
      if (row === undefined || organization === undefined || user.email !== row.invitation.email) return false;
      if (isTaken(db, user.email, { except: null, now })) return false;
      const id = (db.users.size + 1) as UserId;
      db.users.set(id, { id, ...user, passwordHash, version: 0 });
      db.invitations[at] = { ...row, by };
      const rest = { designation: "", isActive: true, assignedAgents: [], createdAt: now };
      db.members.push({ userId: id, organization, role: row.invitation.role, ...rest });
      db.audit.push(...audit);
      return true;
    },

    async forget({ expiredBefore, limit }) {
      const old = db.invitations.filter(({ invitation }) => invitation.expiresAt < expiredBefore).slice(0, limit);
      for (const row of old) db.invitations.splice(db.invitations.indexOf(row), 1);
    },
  };
}
