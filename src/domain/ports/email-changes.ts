import type { AuditEntry } from "../audit.ts";
import type { NewChallenge } from "../challenge.ts";
import type { SessionId, UserId } from "../ids.ts";
import type { NewTeam } from "../team.ts";
import type { MailedLink, Spend } from "./challenges.ts";

/** The sessions that ended, or why nothing changed: the address is another's, or the link was spent meanwhile. */
export type EmailChanged = SessionId[] | "email_taken" | null;

export interface EmailChanges {
  /** The pending address and both links; an older request for a change is void. False when another account has the address. */
  ask(
    change: { user: UserId; session: SessionId; confirm: MailedLink; undo: MailedLink; now: number },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** The account keeps the address that it has, and the link to the other is void. */
  drop(user: UserId, audit: AuditEntry): Promise<void>;
  /**
   * Spends the link: the pending address is the account's, and proven. Every session ends but the one that asked.
   */
  confirm(spend: Spend, team: NewTeam, audit: AuditEntry): Promise<EmailChanged>;
  /**
   * Spends the link: the account has the former address again. Every session ends, every other link is void, but `reset`,
   * which is good from now on.
   */
  undo(spend: Spend, reset: NewChallenge, audit: AuditEntry): Promise<EmailChanged>;
}
