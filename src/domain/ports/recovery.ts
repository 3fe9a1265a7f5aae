import type { AuditEntry } from "../audit.ts";
import type { CredentialId, SealedHash, SessionId } from "../ids.ts";
import type { OutboxMessage } from "../outbox.ts";
import type { NewTeam } from "../team.ts";
import type { MailedLink, Spend } from "./challenges.ts";

export interface Recovery {
  /** A new link for the account of `link.challenge.email`, the older ones killed. The same statements when there is no such account. */
  ask(link: MailedLink, audit: AuditEntry): Promise<void>;
  /**
   * Spends the link for a new password, ends every session, and writes the notice. Of an address that nobody had proven, it
   * drops what was made before. Answers all that ended; null when the link was spent meanwhile: nothing changed.
   */
  reset(
    spend: Spend,
    change: { passwordHash: SealedHash; team: NewTeam; notice: OutboxMessage },
    audit: AuditEntry,
  ): Promise<(SessionId | CredentialId)[] | null>;
}
