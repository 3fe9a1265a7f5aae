import type { Standing } from "./session.ts";
import type { Account, Role } from "./user.ts";

/** What a token of a session is for: its user everywhere, or the user's work for a team. */
export const SESSION_TOKEN_KINDS = ["user", "team"] as const;
export type SessionTokenKind = (typeof SESSION_TOKEN_KINDS)[number];

export const CREDENTIAL_KINDS = [...SESSION_TOKEN_KINDS, "company", "api_key"] as const;

/** The role that a company's token names; it is none of an organization's own, so no permission comes with it. */
export const COMPANY_ROLE = "USER";

/** A credential that is good, as `/verify` answers for it: what it is, for whom, until when. */
export interface VerifiedCredential {
  readonly kind: (typeof CREDENTIAL_KINDS)[number];
  /** public id of the user, a key's of its owner; a company's of its credential */
  readonly subject: string;
  readonly organization: string | null;
  readonly role: Role | typeof COMPANY_ROLE | null;
  readonly scopes: readonly string[];
  /** epoch seconds */
  readonly expiresAt: number;
}

/** Who may call, and what the row then knows of them. */
export interface Callers {
  /** anyone; an Authorization header is ignored */
  readonly public: null;
  /** a user's access token whose session is proven live in D1 */
  readonly session: Standing;
  /** a session or an API key, proven live in D1: for rows that only read */
  readonly account: Account;
  /** any good credential, answered from memory when hot: may lag a revocation by 65 s, a key's by 10 s */
  readonly verify: VerifiedCredential;
}

export type Access = keyof Callers;
export type Caller = Callers[Access];
