import type { Settings } from "./settings.ts";

/** A key goes from one to the next, and never back. */
export type SigningKeyState =
  /** published, and signs nothing yet */
  | "next"
  /** signs */
  | "current"
  /** signs no more; its tokens are good until they expire */
  | "retired";

/** A signing key as it is stored. */
export interface StoredSigningKey {
  /** RFC 7638 thumbprint */
  readonly kid: string;
  readonly state: SigningKeyState;
  /** epoch seconds from which it is in this state */
  readonly since: number;
  readonly publicJwk: string;
  /** the private JWK, sealed under MASTER_KEYS; empty once retired, when nobody needs it */
  readonly sealedPrivateJwk: string;
  readonly createdAt: number;
}

/** How long others may keep our public keys: the JWKS' `max-age`. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** How long an isolate signs and verifies from memory before it looks for a rotation. */
export const RING_FRESH_SECONDS = 60;

/** While storage is down an isolate signs on for so long: what it doesn't hear of may have retired its key meanwhile. */
export const RING_SIGNS_SECONDS = 300;

/** For clocks that disagree, and for a write that is slow to arrive. */
const SLACK_SECONDS = 60;

/** From then on whoever keeps our keys as long as they may has the new one: a ring shows it after a minute, a cache five later. */
export const PUBLISHED_AT_LEAST_SECONDS = RING_FRESH_SECONDS + JWKS_MAX_AGE_SECONDS + SLACK_SECONDS;

/** When nothing presses: many a library keeps keys for longer than it may. */
const ANNOUNCED_SECONDS = 24 * 3_600;

type Lifetimes = Pick<
  Settings,
  "accessTokenTtlSeconds" | "companyAccessTokenTtlSeconds" | "sessionTtlSeconds" | "signingKeyRotationSeconds"
>;

/** From when on the current key's successor is to be published. */
export function publishesNextAt(current: StoredSigningKey, { signingKeyRotationSeconds }: Lifetimes): number {
  return current.since + signingKeyRotationSeconds - ANNOUNCED_SECONDS;
}

/** From when on the next key signs. However late the cron trigger is, the key was published before. */
export function signsAt(
  { current, next }: { current: StoredSigningKey; next: StoredSigningKey },
  { signingKeyRotationSeconds }: Lifetimes,
): number {
  return Math.max(current.since + signingKeyRotationSeconds, next.since + PUBLISHED_AT_LEAST_SECONDS);
}

/** The latest `iat` that a token of this key can have: whoever signs with it later is no isolate of ours. */
export function lastIssuedAtOf({ state, since }: StoredSigningKey): number {
  return state === "retired" ? since + RING_SIGNS_SECONDS + SLACK_SECONDS : Number.POSITIVE_INFINITY;
}

/** From then on no token of the key is good, and it isn't published. */
export function lastExpiryOf(key: StoredSigningKey, lifetimes: Lifetimes): number {
  return lastIssuedAtOf(key) + longestTokenSeconds(lifetimes);
}

/** Until then an expired token of the key may still renew its session, so that it must be known for genuine. */
export function forgottenAt(key: StoredSigningKey, lifetimes: Lifetimes): number {
  return lastExpiryOf(key, lifetimes) + lifetimes.sessionTtlSeconds;
}

/** Of the tokens of every kind. */
function longestTokenSeconds({ accessTokenTtlSeconds, companyAccessTokenTtlSeconds }: Lifetimes): number {
  return Math.max(accessTokenTtlSeconds, companyAccessTokenTtlSeconds);
}
