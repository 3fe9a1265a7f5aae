import type { ChallengeKind, NewChallenge } from "../challenge.ts";
import type { SecretHash } from "../ids.ts";
import type { OutboxMessage } from "../outbox.ts";
import type { Account } from "../user.ts";

/** A challenge with the mail that bears its link: stored together, or not at all. */
export interface MailedLink {
  readonly challenge: NewChallenge;
  readonly message: OutboxMessage;
}

/** What spends a link: of N requests with one token, one. */
export interface Spend {
  readonly tokenHash: SecretHash;
  readonly kind: ChallengeKind;
  readonly now: number;
  /** the request's own id, by which its batch knows that it won */
  readonly by: string;
}

/** A live link: whose it is, and the address that it is about. */
export interface LiveLink {
  readonly account: Account;
  readonly email: string;
}

export interface Challenges {
  /** Spends nothing; null when the link is unknown, used, over, or about an address that is not the account's any more. */
  find(link: Omit<Spend, "by">): Promise<LiveLink | null>;
  /** Deletes those whose time is over. */
  forget(which: { expiredBefore: number; limit: number }): Promise<void>;
}
