import { type Bytes, base64Url, decodeBase64Url, equalBytes, utf8 } from "./bytes";

/** The most that Cloudflare's production takes in one PBKDF2 call: it throws NotSupportedError above, local workerd doesn't. */
export const ITERATIONS_PER_ROUND = 100_000;

/** 6 x 100,000 = 600,000: OWASP's Password Storage Cheat Sheet for PBKDF2-HMAC-SHA256. About 66 ms of CPU. */
export const DEFAULT_ROUNDS = 6;

/** About 350 ms of CPU: a stored string may not ask for more. */
export const MAX_ROUNDS = 32;

/** NIST SP 800-132 §5.1: at least 128 bits. */
export const SALT_BYTES = 16;

const HASH_BYTES = 32;

const SCHEME = "pbkdf2-sha256-chain";

// salt: 16 bytes are 22 digits of base64url; hash: 32 bytes are 43
const ENCODED = new RegExp(`^\\$${SCHEME}\\$v=1,i=([1-9]\\d{0,5}),r=([1-9]\\d?)\\$([\\w-]{22})\\$([\\w-]{43})$`);

/** The stored string is not one that we wrote. Corruption, not a wrong password: never answer it as one. */
export class PasswordHashBroken extends Error {
  override readonly name = "PasswordHashBroken";
}

interface Cost {
  /** PBKDF2 iterations of each call, at most `ITERATIONS_PER_ROUND` */
  readonly iterations: number;
  /** chained calls, at most `MAX_ROUNDS` */
  readonly rounds: number;
}

interface StoredHash extends Cost {
  readonly salt: Bytes;
  readonly hash: Bytes;
}

/**
 * A new hash as a self-describing string: `$pbkdf2-sha256-chain$v=1,i=100000,r=6$<salt>$<hash>` (base64url).
 * `password` is normalized already and holds no NUL; `salt` is 16 fresh random bytes. Throws a RangeError on a cost or salt out of bounds.
 */
export async function hashPassword(input: { password: string; rounds: number; salt: Uint8Array }): Promise<string> {
  checkRounds(input.rounds);
  if (input.salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
  const cost = { iterations: ITERATIONS_PER_ROUND, rounds: input.rounds };
  const hash = await chainedPbkdf2({ ...cost, password: input.password, salt: input.salt });
  return encode({ ...cost, salt: input.salt, hash });
}

/** Verifies at the cost that `encoded` names. Throws `PasswordHashBroken` when the string is malformed or beyond the caps. */
export async function verifyPassword(input: { password: string; encoded: string }): Promise<boolean> {
  const { hash, ...stored } = decode(input.encoded);
  return equalBytes(await chainedPbkdf2({ ...stored, password: input.password }), hash);
}

/** How many rounds more than `encoded` cost `rounds` cost today, 0 and up. Throws `PasswordHashBroken`. */
export function missingRounds(encoded: string, rounds: number): number {
  const stored = decode(encoded);
  return Math.max(0, Math.ceil(rounds - (stored.iterations * stored.rounds) / ITERATIONS_PER_ROUND));
}

/**
 * What an unknown account is verified against, so that its absence costs as much as a wrong password.
 * No password is known to give 32 zero bytes, and finding one means inverting SHA-256.
 */
export function decoyHash(rounds: number): string {
  checkRounds(rounds);
  const hash = new Uint8Array(HASH_BYTES);
  return encode({ iterations: ITERATIONS_PER_ROUND, rounds, salt: new Uint8Array(SALT_BYTES), hash });
}

/**
 * PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) in `rounds` stages of `iterations`, 32 bytes. Stage n is salted with the output of
 * stage n-1 and takes the password again, so no stage can be skipped or done ahead. One round is plain PBKDF2.
 */
export async function chainedPbkdf2(input: Cost & { password: string; salt: Uint8Array }): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", utf8(input.password), "PBKDF2", false, ["deriveBits"]);
  let output = Uint8Array.from(input.salt);
  for (let round = 0; round < input.rounds; round++) {
    const params = { name: "PBKDF2", hash: "SHA-256", salt: output, iterations: input.iterations };
    output = new Uint8Array(await crypto.subtle.deriveBits(params, key, HASH_BYTES * 8));
  }
  return output;
}

function checkRounds(rounds: number): void {
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new RangeError(`password rounds are a whole number from 1 to ${MAX_ROUNDS}`);
  }
}

function encode({ iterations, rounds, salt, hash }: Cost & { salt: Uint8Array; hash: Uint8Array }): string {
  return `$${SCHEME}$v=1,i=${iterations},r=${rounds}$${base64Url(salt)}$${base64Url(hash)}`;
}

function decode(encoded: string): StoredHash {
  const [, iterations, rounds, salt, hash] = ENCODED.exec(encoded) ?? [];
  if (salt === undefined || hash === undefined) throw new PasswordHashBroken("malformed password hash");
  const cost = { iterations: Number(iterations), rounds: Number(rounds) };
  if (cost.iterations > ITERATIONS_PER_ROUND || cost.rounds > MAX_ROUNDS) {
    throw new PasswordHashBroken("password hash beyond the caps of its cost");
  }
  try {
    return { ...cost, salt: decodeBase64Url(salt), hash: decodeBase64Url(hash) };
  } catch {
    throw new PasswordHashBroken("password hash not in canonical base64url");
  }
}
