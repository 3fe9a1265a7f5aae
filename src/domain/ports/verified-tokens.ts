import type { TokenClaims } from "../token-refused.ts";

/** What a token's signature proved, and by which key. */
export interface VerifiedToken {
  readonly kid: string;
  readonly claims: TokenClaims;
}

/**
 * The tokens that this isolate has verified, until they expire. It says what a token said when it was signed, and no more:
 * whether its key is still one of ours and its session still stands is asked at each use.
 */
export interface VerifiedTokens {
  /** From memory, or what `verify` proves now. Throws what `verify` throws, and keeps nothing then. */
  verified(token: string, now: number, verify: () => Promise<VerifiedToken>): Promise<VerifiedToken>;
}
