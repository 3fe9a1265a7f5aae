import { hex, type Random, sha256 } from "../crypto/bytes.ts";
import { base62 } from "../crypto/ids.ts";
import type { ApiKeyId, SecretHash, UserId } from "./ids.ts";
import type { Account } from "./user.ts";

/** What whoever makes a key decides of it, and a rotation keeps. */
export interface ApiKeySettings {
  readonly name: string;
  readonly description: string | null;
  /** requests in one window of its quota */
  readonly rateLimit: number;
  readonly scopes: readonly string[];
}

/** A key without its secret, which nobody can read again. */
export interface ApiKey extends ApiKeySettings {
  /** for dialects with numeric ids */
  readonly id: ApiKeyId;
  readonly publicId: string;
  /** how the newest secret begins: `sk_live_xyz` */
  readonly shownAs: string;
  /** epoch seconds */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A key as its owner lists it. */
export interface ListedApiKey extends ApiKey {
  /** epoch seconds; a minute late at most */
  readonly lastUsedAt: number | null;
  /** of the last `USAGE_DAYS` days that had any, newest first */
  readonly usage: readonly DayUsage[];
}

/** Requests that one key made on one day (UTC). */
export interface DayUsage {
  /** days since 1970-01-01 */
  readonly day: number;
  readonly requests: number;
}

/** A live key and whose it is: all that a row needs, in one read. */
export interface KeyStanding extends Account {
  readonly key: Pick<ApiKey, "publicId" | "rateLimit" | "scopes">;
  /** epoch seconds: the end of the key, or of this secret of it when that comes first */
  readonly expiresAt: number;
}

/** Which key, by either of its names; whose it must be is always said beside it. */
export type ApiKeyRef = { readonly publicId: string } | { readonly id: ApiKeyId };

/** One key of one owner, at one moment. */
export interface OwnKey {
  readonly key: ApiKeyRef;
  readonly owner: UserId;
  readonly now: number;
}

export const KEY_LIFETIME_MAX_DAYS = 3_650;
/** as the vendor advises */
export const KEY_LIFETIME_DEFAULT_DAYS = 365;
export const KEY_RATE_LIMIT_MAX = 1_000_000;
/** A week to deploy a rotated key everywhere. */
export const KEY_OVERLAP_MAX_SECONDS = 7 * 86_400;
/** Live keys of one user: enough for a key a service, and a bound for the list. */
export const KEYS_AT_MOST = 100;
export const USAGE_DAYS = 30;

/** How long an isolate trusts what it read of a key, and what it leased of its quota: how late a revocation can be. */
export const KEY_LEASE_SECONDS = 10;

/** 27 digits in base 62 */
const SECRET_BYTES = 20;
const CHECKSUM_BYTES = 4;
/** A vendor's prefix, 160 random bits, 32 bits of checksum. */
const SHAPE = /^([a-z]+(?:_[a-z]+)*_[0-9A-Za-z]{27})([0-9A-Za-z]{6})$/;
const LONGEST_SECRET = 64;
/** Of the random digits, in lists. */
const SHOWN_DIGITS = 3;

/** The secret of a new key, with the vendor's prefix: `sk_live` makes `sk_live_...`. */
export function newKeySecret({ prefix, random }: { prefix: string; random: Random }): string {
  const secret = `${prefix}_${base62(random(SECRET_BYTES))}`;
  return secret + checksumOf(secret);
}

/** What a secret is looked up by, or null for what can't be one of ours: a slip of the hand, or junk. */
export function keySecretHash(text: string): SecretHash | null {
  const [, secret, checksum] = (text.length <= LONGEST_SECRET && SHAPE.exec(text)) || [];
  return secret !== undefined && checksumOf(secret) === checksum ? (hex(sha256(text)) as SecretHash) : null;
}

export function shownStart(secret: string): string {
  return secret.slice(0, secret.lastIndexOf("_") + 1 + SHOWN_DIGITS);
}

/** The vendor's prefix of a key, for its next secret. */
export function prefixOf({ shownAs }: ApiKey): string {
  return shownAs.slice(0, shownAs.lastIndexOf("_"));
}

function checksumOf(secret: string): string {
  return base62(sha256(secret).subarray(0, CHECKSUM_BYTES));
}
