import type { AuditEntry } from "../audit.ts";
import type { CredentialId, SessionId, UserId } from "../ids.ts";
import type { OutboxMessage } from "../outbox.ts";
import type { NewTeam } from "../team.ts";
import type { User } from "../user.ts";

/** Who somebody is elsewhere. Never the address: those change hands. */
export interface Identity {
  readonly provider: "google";
  /** the provider's own id of the person */
  readonly subject: string;
}

export interface Identities {
  /**
   * Gives the account, if it still has the address, this identity, and proves the address: if nobody had, all that was made
   * before it is dropped. Writes the notice. What ended, sessions and company credentials; null when the identity or the address is another's by now.
   */
  link(
    what: {
      identity: Identity;
      userId: UserId;
      email: string;
      team: NewTeam;
      notice: OutboxMessage;
      now: number;
    },
    audit: AuditEntry,
  ): Promise<(SessionId | CredentialId)[] | null>;
  /** A new user with a proven address and no password, a team and a project. False when the identity or the address is taken. */
  create(what: { identity: Identity; user: Omit<User, "id">; team: NewTeam }, audit: AuditEntry): Promise<boolean>;
}
