import type { AuditEntry } from "../audit.ts";
import type { OrganizationId, SessionId, UserId } from "../ids.ts";
import type { MemberChange, OrganizationMember } from "../member.ts";
import type { PageWanted } from "../page.ts";

/** One member of one organization. */
export interface Which {
  readonly organization: OrganizationId;
  readonly id: UserId;
  /** epoch seconds */
  readonly now: number;
}

/** The member's sessions in the organization, after the change. */
export interface Aftermath {
  readonly ended: readonly SessionId[];
  readonly live: readonly SessionId[];
}

export interface Members {
  /** By the order of their accounts; one more than `limit` when there is one. */
  page(organization: OrganizationId, wanted: PageWanted<UserId>): Promise<OrganizationMember[]>;
  byPublicId(organization: OrganizationId, publicId: string): Promise<OrganizationMember | null>;
  /**
   * The change, its entries and the end of the sessions and API keys that have no active membership any more, in one batch. Null when
   * nothing was changed: the member is gone, or is the last active admin and wouldn't be one afterwards.
   */
  change(which: Which, change: MemberChange, audit: readonly AuditEntry[]): Promise<Aftermath | null>;
  /** The same for a member who goes. */
  remove(which: Which, audit: AuditEntry): Promise<Aftermath | null>;
}
