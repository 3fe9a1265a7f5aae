import type { AuditEntry } from "../audit.ts";
import type { OrganizationId, SealedHash, SecretHash, UserId } from "../ids.ts";
import type { Invitation, LiveInvitation } from "../invitation.ts";
import type { OutboxMessage } from "../outbox.ts";
import type { PageWanted } from "../page.ts";
import type { User } from "../user.ts";

/** An invitation is live until it is accepted, revoked or over, and while who invited is an active admin there. */
export interface Invitations {
  /** With its mail, in place of an older one to the same address; false when a member has the address: nothing is sent. */
  invite(
    organization: OrganizationId,
    made: {
      readonly invitation: Invitation;
      readonly inviter: UserId;
      readonly tokenHash: SecretHash;
      readonly message: OutboxMessage;
    },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** The live ones, in the order in which they were made; one more than `limit` when there is one. */
  page(
    organization: OrganizationId,
    wanted: PageWanted<number> & { readonly now: number },
  ): Promise<readonly { readonly place: number; readonly invitation: Invitation }[]>;
  /** False when the organization has no such invitation that waits: nothing was changed then. */
  revoke(organization: OrganizationId, publicId: string, audit: AuditEntry): Promise<boolean>;
  /** Spends nothing. */
  find(link: { readonly tokenHash: SecretHash; readonly now: number }): Promise<LiveInvitation | null>;
  /**
   * Makes the user a member, if the verified address is the invited one and they aren't yet: of N requests one does. False
   * when nothing was changed.
   */
  accept(
    spend: { readonly tokenHash: SecretHash; readonly now: number; readonly by: string },
    user: UserId,
    audit: AuditEntry,
  ): Promise<boolean>;
  /** A new user with the invited address, which the link has proven, becomes a member. False when nothing was changed. */
  register(
    spend: { readonly tokenHash: SecretHash; readonly now: number; readonly by: string },
    account: { readonly user: Omit<User, "id">; readonly passwordHash: SealedHash },
    audit: readonly AuditEntry[],
  ): Promise<boolean>;
  /** Deletes those whose time is over, at most so many. */
  forget(which: { readonly expiredBefore: number; readonly limit: number }): Promise<void>;
}
