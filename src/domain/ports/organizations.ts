import type { AuditEntry } from "../audit.ts";
import type { OrganizationId, SessionId, UserId } from "../ids.ts";
import type { PageWanted } from "../page.ts";
import type { Membership } from "../user.ts";

export interface Organizations {
  /** Those in which the user is active, in the order in which they were made; one more than `limit` when there is one. */
  ofUser(user: UserId, wanted: PageWanted<OrganizationId>): Promise<Membership[]>;
  /** The user's active membership of that organization. */
  membership(user: UserId, publicId: string): Promise<Membership | null>;
  /** Moves the session, if it is live and the user is still active there; false when nothing was changed. */
  switchTo(
    organization: OrganizationId,
    which: { session: SessionId; user: UserId; now: number },
    audit: AuditEntry,
  ): Promise<boolean>;
}
