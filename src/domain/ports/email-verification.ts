import type { AuditEntry } from "../audit.ts";
import type { UserId } from "../ids.ts";
import type { NewTeam } from "../team.ts";
import type { MailedLink, Spend } from "./challenges.ts";

export interface EmailVerification {
  /** A new link, the older ones killed; false when there is nothing to verify any more. */
  ask(user: UserId, link: MailedLink, audit: AuditEntry): Promise<boolean>;
  /**
   * Spends the link; the address is verified, and the user has a team and a project, in which their live sessions that
   * had none act from now on. False when the link was spent meanwhile: nothing changed.
   */
  verify(spend: Spend, team: NewTeam, audit: AuditEntry): Promise<boolean>;
}
