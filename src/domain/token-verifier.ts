import { type Bytes, text } from "../crypto/bytes.ts";
import { isJsonObject, type JsonObject, type SignatureAlgorithm, verifyCompact } from "./compact-jws.ts";
import { parseStrictJson } from "./strict-json.ts";
import { type TokenClaims, TokenRefused } from "./token-refused.ts";

export { type TokenClaims, type TokenReason, TokenRefused } from "./token-refused.ts"; // what the verifier gives and throws

/** Clocks of two machines disagree: what `iat` and `nbf` may lie ahead of us. */
const CLOCK_ALLOWANCE_SECONDS = 30;

/** Short, printable, without a path, a quote or white space: `kid` is used to look things up (RFC 8725 §3.10). */
const KID = /^[\w.-]{1,128}$/;

/** What one kind of token must be. */
export interface TokenRules {
  /** one, never a list (RFC 8725 §3.1) */
  readonly algorithm: SignatureAlgorithm;
  /** the values of `typ` that are taken, in lower case and without `application/`; null: it may be absent */
  readonly types: readonly (string | null)[];
  readonly issuers: readonly string[];
  readonly audience: string;
  /** claims beyond iss, aud, sub, exp and iat that must be there, each a non-empty string */
  readonly required: readonly string[];
  /** how far `exp` may lie behind `iat`; null: as far as it likes */
  readonly maxLifetimeSeconds: (claims: TokenClaims) => number | null;
  /** how long past `exp` a token is still taken: 0 where the clock is our own, 30 elsewhere */
  readonly expirySkewSeconds: number;
}

/** The public key of that name, null when there is none. Throws when the keys can't be had now: that is no refusal. */
export type KeyFor = (kid: string) => Promise<CryptoKey | null>;

/**
 * The one verifier of JWTs (RFC 7519 §7.2, as strict as RFC 8725 asks and RFC 9068 §4 demands): no clock, no I/O but
 * `keyFor`, called once at most and never for a token whose shape or header is already wrong. Cheap checks first, claims
 * after the signature, `exp` last: "expired" means genuine, and nothing else wrong with it.
 *
 * `now`: seconds since 1970. Throws TokenRefused, or what `keyFor` throws.
 */
export async function verifyToken(
  token: unknown,
  keyFor: KeyFor,
  rules: TokenRules,
  now: number,
): Promise<TokenClaims> {
  const payload = await verifyCompact(token, rules.algorithm, (header) => {
    checkType(header, rules);
    return findKey(header, keyFor);
  });
  const raw = readPayload(payload);
  checkRequired(raw, ["sub", ...rules.required]);
  checkIssuer(raw, rules);
  checkAudience(raw, rules);
  checkTimes(raw);
  const claims = raw as TokenClaims; // what the four checks above have just established
  checkStarted(claims, now);
  checkLifetime(claims, rules);
  checkExpiry(claims, rules, now);
  return claims;
}

/** RFC 8725 §3.11: a token of one kind is never taken for another. RFC 7515 §4.1.9: `application/` may be left out. */
function checkType(header: JsonObject, rules: TokenRules): void {
  const { typ } = header;
  if (typ !== undefined && typeof typ !== "string") throw new TokenRefused("wrong_type");
  const type = typ === undefined ? null : typ.toLowerCase().replace(/^application\//, "");
  if (!rules.types.includes(type)) throw new TokenRefused("wrong_type");
}

async function findKey(header: JsonObject, keyFor: KeyFor): Promise<CryptoKey> {
  const { kid } = header;
  if (kid === undefined) throw new TokenRefused("kid_missing");
  if (typeof kid !== "string" || !KID.test(kid)) throw new TokenRefused("kid_malformed");
  const key = await keyFor(kid);
  if (key === null) throw new TokenRefused("unknown_key");
  return key;
}

/** RFC 7519 §7.2, step 10, with RFC 8725 §3.7 (UTF-8) and RFC 7519 §4 (one claim of each name, unknown ones ignored). */
function readPayload(payload: Bytes): JsonObject {
  const claims = readJson(payload);
  if (claims === undefined) throw new TokenRefused("payload_not_json");
  if (!isJsonObject(claims)) throw new TokenRefused("payload_not_object");
  return claims;
}

function readJson(payload: Bytes): unknown {
  try {
    return parseStrictJson(text(payload), "drop");
  } catch {
    return undefined;
  }
}

function checkRequired(claims: JsonObject, names: readonly string[]): void {
  for (const name of names) {
    if (!isNonEmptyString(claims[name])) throw new TokenRefused("claim_missing", name);
  }
}

/** RFC 8725 §3.8, RFC 9068 §4: the same string, compared character by character; a slash more is another issuer. */
function checkIssuer({ iss }: JsonObject, { issuers }: TokenRules): void {
  if (!isNonEmptyString(iss) || !issuers.includes(iss)) throw new TokenRefused("wrong_issuer");
}

/** RFC 7519 §4.1.3, RFC 8725 §3.9: one string or a list of strings, and we are among them. */
function checkAudience({ aud }: JsonObject, { audience }: TokenRules): void {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.every(isNonEmptyString)) throw new TokenRefused("audience_malformed");
  if (!audiences.includes(audience)) throw new TokenRefused("wrong_audience");
}

/** RFC 7519 §2, NumericDate: a JSON number, so a fraction is allowed, and 1e999, which JSON.parse calls Infinity, isn't. */
function checkTimes(claims: JsonObject): void {
  for (const name of ["exp", "iat", "nbf"]) {
    if (name === "nbf" && claims[name] === undefined) continue;
    if (!Number.isFinite(claims[name])) throw new TokenRefused("time_malformed", name);
  }
}

// Each comparison below says what is good and refuses the rest: a `now` that is NaN is refused too.

/** RFC 7519 §4.1.5 and §4.1.6. */
function checkStarted({ iat, nbf }: TokenClaims, now: number): void {
  const latest = now + CLOCK_ALLOWANCE_SECONDS;
  if (!(iat <= latest)) throw new TokenRefused("issued_in_future");
  if (nbf !== undefined && !(nbf <= latest)) throw new TokenRefused("not_yet_valid");
}

/** A key that signs for years would make tokens for years: each kind has its longest life. */
function checkLifetime(claims: TokenClaims, rules: TokenRules): void {
  const longest = rules.maxLifetimeSeconds(claims);
  if (longest !== null && !(claims.exp - claims.iat <= longest)) throw new TokenRefused("lifetime_too_long");
}

/** RFC 7519 §4.1.4: "on or after" that second it is expired. */
function checkExpiry(claims: TokenClaims, rules: TokenRules, now: number): void {
  if (!(now < claims.exp + rules.expirySkewSeconds)) throw new TokenRefused("expired", "", claims);
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
