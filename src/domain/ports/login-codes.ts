import type { AuditEntry } from "../audit.ts";
import type { CredentialId, SessionId, UserId } from "../ids.ts";
import type { OutboxMessage } from "../outbox.ts";
import type { NewTeam } from "../team.ts";

export interface LoginCodes {
  /** Writes the message when its recipient is a user's address, or proven number; the same statements when not. The entry tells whose it is, if anybody's. */
  send(message: OutboxMessage, audit: AuditEntry): Promise<void>;
  /**
   * The first proof of the account's address: verified, with a team and a project, and its sessions end. With `dropPast`
   * all that was made before goes; without it the notice is sent. What ended, sessions and company credentials; where the address is
   * verified by now, nothing changes.
   */
  proveAddress(
    proof: { userId: UserId; email: string; team: NewTeam; now: number },
    how: { dropPast: boolean; notice: OutboxMessage },
    audit: AuditEntry,
  ): Promise<(SessionId | CredentialId)[]>;
}
