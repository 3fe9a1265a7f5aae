import { type Bytes, base64Url, concat, decodeBase64Url, equalBytes, type Random, utf8 } from "./bytes";

/** What a derived key is for. Each has a key of its own, so that nothing made for one opens or matches as another. */
export const PURPOSES = [
  "signing-key",
  "password-hash",
  "totp-secret",
  "backup-code",
  "refresh-token",
  "otp-code",
  "mfa-pending",
  "page-form",
] as const;

export type Purpose = (typeof PURPOSES)[number];

export interface MasterKey {
  readonly id: number;
  readonly bytes: Bytes;
}

/** At least one; the first makes, all open. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]];

/** As many bits as AES-256 and HMAC-SHA-256 can use. */
const MIN_MASTER_KEY_BYTES = 32;

/** NIST SP 800-38D §8.2.2; random ones are safe for 2^32 messages a key (§8.3). */
const IV_BYTES = 12;

/** SP 800-38D §5.2.1.2: the full tag, which WebCrypto puts at the ciphertext's end. */
const TAG_BYTES = 16;

const HMAC_SHA256 = { name: "HMAC", hash: "SHA-256", length: 256 };

/** `MASTER_KEYS` can't be used. The message names the entry, never its text: a mistyped entry may be all key. */
export class MasterKeysInvalid extends Error {
  override readonly name = "MasterKeysInvalid";
}

/** A sealed thing doesn't open: malformed, of an unknown key, tampered with, or of another purpose or context. */
export class SealBroken extends Error {
  override readonly name = "SealBroken";
}

/**
 * `2:<key>,1:<key>`: ids are positive integers, keys base64url or base64 of at least 32 random bytes, the newest first.
 * Throws `MasterKeysInvalid`, without any of the text.
 */
export function parseMasterKeys(text: string): MasterKeys {
  const [first, ...others] = text.split(",").map((entry, at) => parseMasterKey(entry.trim(), `entry ${at + 1}`));
  if (first === undefined) throw new MasterKeysInvalid("MASTER_KEYS is empty");
  const keys: MasterKeys = [first, ...others];
  if (new Set(keys.map((key) => key.id)).size < keys.length) {
    throw new MasterKeysInvalid("MASTER_KEYS has one id twice");
  }
  return keys;
}

function parseMasterKey(entry: string, where: string): MasterKey {
  const [, id, encoded] = /^([1-9]\d{0,8}):(.+)$/.exec(entry) ?? [];
  if (encoded === undefined) {
    throw new MasterKeysInvalid(`MASTER_KEYS: ${where} is not <id>:<key>, such as 1:<base64url of 32 random bytes>`);
  }
  const bytes = decodeEitherBase64(encoded);
  if (bytes === null) throw new MasterKeysInvalid(`MASTER_KEYS: ${where} is neither base64url nor base64`);
  if (bytes.length < MIN_MASTER_KEY_BYTES) {
    throw new MasterKeysInvalid(`MASTER_KEYS: ${where} is shorter than ${MIN_MASTER_KEY_BYTES} bytes`);
  }
  if (bytes.every((byte) => byte === bytes[0])) {
    throw new MasterKeysInvalid(`MASTER_KEYS: ${where} is one byte repeated, not a random key`);
  }
  return { id: Number(id), bytes };
}

function decodeEitherBase64(encoded: string): Bytes | null {
  const padded = encoded.length % 4 === 0 ? encoded.replace(/={1,2}$/, "") : encoded;
  try {
    return decodeBase64Url(padded.replaceAll("+", "-").replaceAll("/", "_"));
  } catch {
    return null;
  }
}

/**
 * Encryption and authentication under the master keys: HKDF-SHA-256 (RFC 5869) makes one key of each master key and purpose.
 * It keeps those keys, so make one Sealer an isolate, not one a request.
 */
export class Sealer {
  readonly #keys: MasterKeys;
  readonly #random: Random;
  // values, never promises: a promise of another request may never settle for this one on Workers
  readonly #derived = new Map<string, CryptoKey>();

  constructor({ keys, random }: { keys: MasterKeys; random: Random }) {
    this.#keys = keys;
    this.#random = random;
  }

  /** The key that makes: whatever else carries another id can be made anew. */
  get currentKeyId(): number {
    return this.#keys[0].id;
  }

  /** True for the id of a key that opens. */
  knows(keyId: number): boolean {
    return this.#master(keyId) !== undefined;
  }

  /**
   * AES-256-GCM under the first key: `<key id>.<base64url of iv and ciphertext>`. `context` says whose it is (`user:42`)
   * and must be said again to open: a sealed thing copied to another row stays shut.
   */
  async seal(input: { purpose: Purpose; context: string; plaintext: Uint8Array }): Promise<string> {
    const key = await this.#derive({ kind: "seal", purpose: input.purpose, master: this.#keys[0] });
    const iv = this.#random(IV_BYTES);
    const ciphertext = await crypto.subtle.encrypt(gcm(iv, input.context), key, input.plaintext);
    return `${this.currentKeyId}.${base64Url(concat(iv, new Uint8Array(ciphertext)))}`;
  }

  /** Throws `SealBroken`, whatever is the matter. */
  async open(input: { purpose: Purpose; context: string; sealed: string }): Promise<Bytes> {
    const { keyId, body } = parseSealed(input);
    const master = this.#master(keyId);
    if (master === undefined) throw new SealBroken(`sealed ${input.purpose}: no master key ${keyId}`);
    const key = await this.#derive({ kind: "seal", purpose: input.purpose, master });
    try {
      const iv = body.subarray(0, IV_BYTES);
      return new Uint8Array(await crypto.subtle.decrypt(gcm(iv, input.context), key, body.subarray(IV_BYTES)));
    } catch {
      // the runtime's own words are dropped: GCM says no more than that the tag is wrong
      throw new SealBroken(`sealed ${input.purpose}: tampered with, or of another purpose or context`);
    }
  }

  /** HMAC-SHA-256 (32 bytes) under the first key, or under `keyId`. Throws `SealBroken` when that key is unknown. */
  async mac(input: {
    purpose: Purpose;
    keyId?: number;
    message: Uint8Array | string;
  }): Promise<{ keyId: number; tag: Bytes }> {
    const keyId = input.keyId ?? this.currentKeyId;
    const master = this.#master(keyId);
    if (master === undefined) throw new SealBroken(`mac of ${input.purpose}: no master key ${keyId}`);
    const key = await this.#derive({ kind: "mac", purpose: input.purpose, master });
    const message = typeof input.message === "string" ? utf8(input.message) : input.message;
    return { keyId, tag: new Uint8Array(await crypto.subtle.sign("HMAC", key, message)) };
  }

  /** In constant time. The key id comes from the caller's token, so an unknown one is only a tag that doesn't match. */
  async macMatches(input: {
    purpose: Purpose;
    keyId: number;
    message: Uint8Array | string;
    tag: Uint8Array;
  }): Promise<boolean> {
    if (this.#master(input.keyId) === undefined) return false;
    const { tag } = await this.mac(input);
    return equalBytes(tag, input.tag);
  }

  #master(keyId: number): MasterKey | undefined {
    return this.#keys.find((key) => key.id === keyId);
  }

  async #derive(input: { kind: "seal" | "mac"; purpose: Purpose; master: MasterKey }): Promise<CryptoKey> {
    const label = `latchkey/v1/${input.kind}/${input.purpose}`;
    const name = `${input.master.id}/${label}`;
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    const material = await crypto.subtle.importKey("raw", input.master.bytes, "HKDF", false, ["deriveKey"]);
    // no salt: the master key is uniformly random already (RFC 5869 §3.1)
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8(label) };
    const key =
      input.kind === "seal"
        ? await crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
        : await crypto.subtle.deriveKey(hkdf, material, HMAC_SHA256, false, ["sign"]);
    this.#derived.set(name, key);
    return key;
  }
}

function gcm(iv: Uint8Array, context: string) {
  return { name: "AES-GCM", iv, additionalData: utf8(context), tagLength: TAG_BYTES * 8 };
}

function parseSealed({ purpose, sealed }: { purpose: Purpose; sealed: string }): { keyId: number; body: Bytes } {
  const [, keyId, encoded] = /^([1-9]\d{0,8})\.([\w-]+)$/.exec(sealed) ?? [];
  if (encoded === undefined) throw new SealBroken(`sealed ${purpose}: malformed`);
  try {
    const body = decodeBase64Url(encoded);
    if (body.length >= IV_BYTES + TAG_BYTES) return { keyId: Number(keyId), body };
  } catch {
    // not canonical base64url: malformed, like a short one
  }
  throw new SealBroken(`sealed ${purpose}: malformed`);
}
