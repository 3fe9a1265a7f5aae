import { changedBy, type OrganizationMember } from "../../src/domain/member.ts";
import type { Aftermath, Members, Which } from "../../src/domain/ports/members.ts";
import { liveSessions, type MemberRow, type MemoryDatabase, pageFrom, revoke } from "./database.ts";

/** Members in a list. */
export function memoryMembers(db: MemoryDatabase): Members {
  const of = (organization: Which["organization"]) =>
    db.members
      .filter((member) => member.organization.id === organization)
      .sort((a, b) => a.userId - b.userId)
      .map(listed);

  function listed({ userId, role, designation, isActive, assignedAgents, createdAt }: MemberRow): OrganizationMember {
    const user = db.users.get(userId);
    if (user === undefined) throw new Error("a member who is nobody");
    const { publicId, email, fullName } = user;
    return { id: userId, publicId, email, fullName, role, designation, isActive, assignedAgents, createdAt };
  }

  /** Replaces the member, or takes them away, unless no active admin would be left. */
  function replace({ organization, id, now }: Which, change: (before: MemberRow) => MemberRow[]): Aftermath | null {
    const at = db.members.findIndex((each) => each.userId === id && each.organization.id === organization);
    const before = db.members[at];
    if (before === undefined) return null;
    const isAdmin = (each: MemberRow) =>
      each.organization.id === organization && each.role === "admin" && each.isActive;
    const after = db.members.toSpliced(at, 1, ...change(before));
    if (isAdmin(before) && !after.some(isAdmin)) return null;
    db.members.splice(0, db.members.length, ...after);
    const theirs = liveSessions(db, id, now).filter((row) => row.organization === organization);
    const isProven = after.some((each) => each.userId === id && each.organization.id === organization && each.isActive);
    const ended = isProven ? [] : revoke(db, theirs);
    for (const [key, row] of isProven ? [] : db.apiKeys) {
      if (row.owner === id && row.organization === organization) db.apiKeys.set(key, { ...row, revoked: true });
    }
    return { ended, live: isProven ? theirs.map(({ session }) => session.id) : [] };
  }

  return {
    page: async (organization, wanted) => pageFrom(of(organization), wanted, ({ id }) => id),

    byPublicId: async (organization, publicId) => of(organization).find((each) => each.publicId === publicId) ?? null,

    async change(which, change, audit) {
      const aftermath = replace(which, (before) => {
        const { role, designation, isActive, assignedAgents } = changedBy(listed(before), change);
        return [{ ...before, role, designation, isActive, assignedAgents }];
      });
      if (aftermath !== null) db.audit.push(...audit);
      return aftermath;
    },

    async remove(which, audit) {
      const aftermath = replace(which, () => []);
      if (aftermath !== null) db.audit.push(audit);
      return aftermath;
    },
  };
}
