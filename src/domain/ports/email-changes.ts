import type { AuditEntry } from "../audit.ts";
import type { NewChallenge } from "../challenge.ts";
import type { CredentialId, SessionId, UserId } from "../ids.ts";
import type { NewTeam } from "../team.ts";
import type { MailedLink, Spend } from "./challenges.ts";

export type Ended = (SessionId | CredentialId)[];

/** What ended, or why nothing changed: the address is another's, or the link was spent meanwhile. */
export type EmailChanged = Ended | "email_taken" | null;

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
   * Spends the link: the account has the former address again, proven as it was before, or by this for the first time, which
   * drops what was made before it. Every session ends, every way in that was made since the change was asked for goes, and
   * so do all numbers, identities and links, but `reset`, which is good from now on.
   */
  undo(spend: Spend, after: { reset: NewChallenge; team: NewTeam }, audit: AuditEntry): Promise<EmailChanged>;
}
