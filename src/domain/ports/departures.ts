import type { AuditEntry } from "../audit.ts";
import type { CredentialId, SealedHash, SessionId, UserId } from "../ids.ts";
import type { OutboxMessage } from "../outbox.ts";

export interface Departure {
  readonly user: UserId;
  /** that was proven; null: the account has none */
  readonly passwordHash: SealedHash | null;
  /** where messages to them went: those that were carried or given up are erased */
  readonly recipients: readonly string[];
  /** those of them that are theirs by proof: what waits there goes, too, as do invitations. Elsewhere it may be another's */
  readonly proven: readonly string[];
  readonly now: number;
}

/** Accounts whose user has them deleted. */
export interface Departures {
  /**
   * In one batch: everything that is theirs goes, and what others refer to stays as an id without a name, an address or a
   * way in. A team that nobody is left in keeps no name either. Answers the sessions and company credentials that were live; nothing is changed and
   * the answer says why when they are the last admin of a team with other members, or the password is another by now.
   */
  depart(
    departure: Departure,
    audit: AuditEntry,
    farewell: OutboxMessage,
  ): Promise<readonly (SessionId | CredentialId)[] | "last_admin" | "changed">;
}
