import type { TokenRules } from "./token-verifier.ts";

export const SIGNING_ALGORITHM = "ES256";
/** RFC 9068 §2.1 */
export const ACCESS_TOKEN_TYPE = "at+jwt";

/** What our access tokens must be, to us and to everybody who verifies them with the library. */
export function accessTokenRules({
  issuer,
  audience,
  ...times
}: { readonly issuer: string; readonly audience: string } & Pick<
  TokenRules,
  "maxLifetimeSeconds" | "expirySkewSeconds"
>): TokenRules {
  return {
    algorithm: SIGNING_ALGORITHM,
    types: [ACCESS_TOKEN_TYPE],
    issuers: [issuer],
    audience,
    required: ["client_id", "jti", "kind", "sid"],
    ...times,
  };
}
