import { base64Url, hex, type Random, sha256 } from "../crypto/bytes.ts";
import type { SecretHash } from "./ids.ts";

const MINUTE = 60;
const DAY = 24 * 3_600;

/** What a mailed link is good for, and for how long: the more it can do, the shorter. */
export const CHALLENGE_SECONDS = {
  verify_email: DAY,
  reset_password: 30 * MINUTE,
  confirm_email_change: DAY,
  // who lost an account to somebody else may not read mail every day
  undo_email_change: 7 * DAY,
} as const;

export type ChallengeKind = keyof typeof CHALLENGE_SECONDS;

/** A link's other half, as it is stored: the token itself is in the mail alone. */
export interface NewChallenge {
  readonly tokenHash: SecretHash;
  readonly kind: ChallengeKind;
  /** where the link goes, and whose reader its use proves */
  readonly email: string;
  /** epoch seconds */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** 256 bits: looked up by a plain hash, since there is nothing to guess. */
const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;

/** What a mailed link bears, and what is stored of it. */
export function newLinkToken(random: Random): { token: string; tokenHash: SecretHash } {
  const token = base64Url(random(TOKEN_BYTES));
  return { token, tokenHash: hex(sha256(token)) as SecretHash };
}

export function newChallenge(
  random: Random,
  { kind, email, now }: { kind: ChallengeKind; email: string; now: number },
): { token: string; challenge: NewChallenge; lifetimeSeconds: number } {
  const { token, tokenHash } = newLinkToken(random);
  const lifetimeSeconds = CHALLENGE_SECONDS[kind];
  return {
    token,
    lifetimeSeconds,
    challenge: { tokenHash, kind, email, createdAt: now, expiresAt: now + lifetimeSeconds },
  };
}

/** Null for what can't be a token of ours: storage isn't asked. */
export function challengeHashOf(token: string): SecretHash | null {
  return TOKEN.test(token) ? (hex(sha256(token)) as SecretHash) : null;
}
