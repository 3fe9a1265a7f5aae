import type { OrganizationId } from "../domain/ids.ts";
import type { Membership } from "../domain/user.ts";
import { named } from "./d1.ts";
import { members, organizations } from "./d1-schema.ts";

/** The columns of a membership and its organization, for the joins that prove one, in a batch or alone. */
export const MEMBERSHIP_COLUMNS = {
  role: members.role,
  designation: members.designation,
  assignedAgents: members.assignedAgents,
  organizationId: named(organizations.id, "organization_row"),
  organizationPublicId: named(organizations.publicId, "organization_public_id"),
  organizationName: organizations.name,
};

interface Columns extends Omit<Membership, "organization"> {
  readonly organizationId: OrganizationId;
  readonly organizationPublicId: string;
  readonly organizationName: string;
}

/** What a join found of a membership; null when a left join found none. */
export function membershipOf(row: { readonly [Name in keyof Columns]: Columns[Name] | null }): Membership | null {
  const { role, designation, assignedAgents, organizationId: id, organizationPublicId: publicId } = row;
  const { organizationName: name } = row;
  if (role === null || designation === null || assignedAgents === null) return null;
  if (id === null || publicId === null || name === null) return null;
  return { role, designation, assignedAgents, organization: { id, publicId, name } };
}
