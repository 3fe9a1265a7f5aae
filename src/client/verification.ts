/** What a good credential is, for whom, until when. */
export interface VerifiedCredential {
  readonly kind: "user" | "team" | "company" | "api_key";
  /** public id of the user, of an API key's its owner's, of a company's its credential's */
  readonly subject: string;
  /** public id of the organization in which it acts */
  readonly organization: string | null;
  readonly role: string | null;
  /** what an API key was made for; a token has none, for it may what its user may */
  readonly scopes: readonly string[];
  /** epoch seconds */
  readonly expiresAt: number;
}

/** Why there is none: not a good one, an API key whose quota is spent, or nobody could say. */
export type VerificationFailure = "unauthenticated" | "too_many_requests" | "unavailable";

/** A value rather than an error: it is the same here, over HTTP and over RPC, where errors lose their fields. */
export type Verification =
  | ({ readonly active: true } & VerifiedCredential)
  | {
      readonly active: false;
      readonly reason: VerificationFailure;
      /** seconds until another try makes sense, where that is known */
      readonly retryAfterSeconds: number | null;
    };

/** A request, its headers, or the token or the API key alone. */
export type Credential = string | Headers | { readonly headers: Headers };

/** Latchkey's RPC class, as a sibling Worker's binding has it: `entrypoint = "Auth"`. */
export interface AuthService {
  verify(credential: string | Headers): Promise<Verification>;
}

export function inactive(reason: VerificationFailure, retryAfterSeconds: number | null = null): Verification {
  return { active: false, reason, retryAfterSeconds };
}
