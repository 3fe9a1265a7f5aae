/** Why a token was refused: for the log alone. Whoever sent it hears one word for all of these, and learns nothing. */
export type TokenReason =
  | "not_a_string"
  | "token_too_long"
  | "not_compact"
  | "header_too_long"
  | "not_base64url"
  | "header_not_json"
  | "header_not_object"
  | "header_member_refused"
  | "wrong_algorithm"
  | "signature_length"
  | "wrong_type"
  | "kid_missing"
  | "kid_malformed"
  | "unknown_key"
  | "unfit_key"
  | "wrong_signature"
  | "payload_not_json"
  | "payload_not_object"
  | "claim_missing"
  | "wrong_issuer"
  | "audience_malformed"
  | "wrong_audience"
  | "time_malformed"
  | "not_yet_valid"
  | "issued_in_future"
  | "lifetime_too_long"
  | "retired_key"
  | "expired";

/** The claims that every verified token has. Those that the rules ask for besides are non-empty strings; others, anything. */
export interface TokenClaims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly sub: string;
  /** seconds since 1970, perhaps with a fraction (RFC 7519 §2, NumericDate) */
  readonly exp: number;
  readonly iat: number;
  readonly nbf?: number;
  readonly [claim: string]: unknown;
}

export class TokenRefused extends Error {
  override readonly name = "TokenRefused";

  constructor(
    readonly reason: TokenReason,
    /** the member or claim at fault, by our own name for it: never what the token says */
    detail = "",
    /** with the reason "expired" alone: everything else held, so these claims are genuine */
    readonly claims?: TokenClaims,
  ) {
    super(detail === "" ? reason : `${reason}: ${detail}`);
  }
}
