import type { OrganizationId } from "../ids.ts";

export interface Projects {
  /** The public id of the oldest one in use, which a team's token is for; null when there is none. */
  defaultOf(organization: OrganizationId): Promise<string | null>;
}
