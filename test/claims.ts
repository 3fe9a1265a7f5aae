import { decodeJwt } from "jose";

/** What a token says, unverified: a test reads it as a client might. */
export function decodeClaims(token: string): Record<string, unknown> {
  return decodeJwt(token);
}
