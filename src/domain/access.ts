import type { Standing } from "./session.ts";
import type { Role } from "./user.ts";

/** A credential that is good, as `/verify` answers for it: what it is, for whom, until when. */
export interface VerifiedCredential {
  readonly kind: "user";
  /** public id */
  readonly subject: string;
  readonly organization: string | null;
  readonly role: Role | null;
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
  /** any good credential, answered from memory when hot: may lag a revocation by 65 s */
  readonly verify: VerifiedCredential;
}

export type Access = keyof Callers;
export type Caller = Callers[Access];
