import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { text, utf8 } from "../crypto/bytes.ts";
import type { Sealer } from "../crypto/seal.ts";
import { SIGNING_ALGORITHM } from "./access-rules.ts";
import { AuthError } from "./error.ts";
import type { Clock, Keyring, SigningKey, SigningKeys, StoredSigningKey } from "./ports.ts";

/** How long an isolate signs and verifies from memory before it looks for a rotation. */
const FRESH_SECONDS = 60;
/** An unknown `kid` may be a key made elsewhere a moment ago; neither invented ones nor an outage may turn into many reads. */
const RELOAD_AT_MOST_EVERY_SECONDS = 5;

interface Ring {
  readonly loadedAt: number;
  readonly current: SigningKey;
  readonly publicKeys: ReadonlyMap<string, CryptoKey>;
  readonly jwks: readonly JWK[];
}

/** Keeps the keys in memory; the truth is D1. The first use ever makes the first key. */
export class IsolateKeyring implements Keyring {
  readonly #store: SigningKeys;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  #ring: Ring | null = null;
  /** when storage was last asked, whether or not it answered */
  #askedAt = 0;

  constructor(parts: { store: SigningKeys; sealer: Sealer; clock: Clock }) {
    this.#store = parts.store;
    this.#sealer = parts.sealer;
    this.#clock = parts.clock;
  }

  async current(): Promise<SigningKey> {
    return (await this.#fresh(FRESH_SECONDS)).current;
  }

  async publicKey(kid: string): Promise<CryptoKey | null> {
    const ring = await this.#fresh(FRESH_SECONDS);
    const known = ring.publicKeys.get(kid);
    if (known !== undefined) return known;
    return (await this.#fresh(RELOAD_AT_MOST_EVERY_SECONDS)).publicKeys.get(kid) ?? null;
  }

  async jwks(): Promise<{ keys: readonly JWK[] }> {
    return { keys: (await this.#fresh(FRESH_SECONDS)).jwks };
  }

  async #fresh(maxAgeSeconds: number): Promise<Ring> {
    const now = this.#clock.now();
    const isAskedLately = now - this.#askedAt < RELOAD_AT_MOST_EVERY_SECONDS;
    if (this.#ring !== null && (isAskedLately || now - this.#ring.loadedAt < maxAgeSeconds)) return this.#ring;
    this.#askedAt = now;
    try {
      this.#ring = await this.#load(now);
    } catch (error) {
      // Keys outlive an outage: what verified a minute ago verifies on.
      if (this.#ring === null || !(error instanceof AuthError)) throw error;
    }
    return this.#ring;
  }

  async #load(now: number): Promise<Ring> {
    let stored = await this.#store.all();
    if (stored.length === 0) {
      await this.#store.insertFirst(await this.#make(now));
      stored = await this.#store.all();
    }
    const current = stored.find((key) => key.state === "current");
    if (current === undefined) throw new AuthError("internal", "no signing key is current");
    const jwks = stored.map((key): JWK => JSON.parse(key.publicJwk));
    const imported = await Promise.all(jwks.map(async (jwk) => [jwk.kid ?? "", await importKey(jwk)] as const));
    return {
      loadedAt: now,
      current: await this.#open(current),
      publicKeys: new Map(imported),
      jwks,
    };
  }

  async #make(now: number): Promise<StoredSigningKey> {
    const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    return {
      kid,
      state: "current",
      publicJwk: JSON.stringify({ ...publicJwk, kid, alg: SIGNING_ALGORITHM, use: "sig" }),
      sealedPrivateJwk: await this.#sealer.seal({
        purpose: "signing-key",
        context: kid,
        plaintext: utf8(JSON.stringify(await exportJWK(pair.privateKey))),
      }),
      createdAt: now,
    };
  }

  async #open(stored: StoredSigningKey): Promise<SigningKey> {
    const known = this.#ring?.current;
    if (known?.kid === stored.kid) return known;
    const opened = await this.#sealer.open({
      purpose: "signing-key",
      context: stored.kid,
      sealed: stored.sealedPrivateJwk,
    });
    return { kid: stored.kid, privateKey: await importKey(JSON.parse(text(opened))) };
  }
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM, { extractable: false });
  if (key instanceof Uint8Array) throw new TypeError("a signing key is asymmetric");
  return key;
}
