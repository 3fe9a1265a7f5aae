import type { UserId } from "./ids.ts";
import type { Role } from "./user.ts";

/** A user as one organization knows them. */
export interface OrganizationMember {
  readonly id: UserId;
  readonly publicId: string;
  readonly email: string;
  readonly fullName: string;
  readonly role: Role;
  readonly designation: string;
  readonly isActive: boolean;
  readonly assignedAgents: readonly string[];
  /** epoch seconds: when they joined */
  readonly createdAt: number;
}

/** What an admin may change of a member; what is absent stays. */
export interface MemberChange {
  readonly role?: Role | undefined;
  readonly designation?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly assignedAgents?: readonly string[] | undefined;
}

/** What of the change isn't so already: only that is written, and told. */
export function differenceOf(before: OrganizationMember, change: MemberChange): MemberChange {
  const differs = ([name, value]: [string, unknown]) =>
    value !== undefined && JSON.stringify(value) !== JSON.stringify(before[name as keyof MemberChange]);
  return Object.fromEntries(Object.entries(change).filter(differs)) as MemberChange;
}

export function changedBy(before: OrganizationMember, change: MemberChange): OrganizationMember {
  return {
    ...before,
    role: change.role ?? before.role,
    designation: change.designation ?? before.designation,
    isActive: change.isActive ?? before.isActive,
    assignedAgents: change.assignedAgents ?? before.assignedAgents,
  };
}
