import type { JWK } from "jose";
import type { Sealer } from "../crypto/seal.ts";
import { ownEntry } from "./audit.ts";
import { AuthError } from "./error.ts";
import type { Keyring, SigningKey, SigningKeys, VerifyingKey } from "./ports/signing-keys.ts";
import type { Clock } from "./ports.ts";
import type { Settings } from "./settings.ts";
import {
  lastExpiryOf,
  lastIssuedAtOf,
  RING_FRESH_SECONDS,
  RING_SIGNS_SECONDS,
  type StoredSigningKey,
} from "./signing-key.ts";
import { importSigningKey, makeSigningKey, openSigningKey } from "./signing-key-pair.ts";

/** An unknown `kid` may be a key made elsewhere a moment ago; neither invented ones nor an outage may turn into many reads. */
const RELOAD_AT_MOST_EVERY_SECONDS = 5;

interface Ring {
  readonly loadedAt: number;
  readonly current: SigningKey;
  readonly verifying: ReadonlyMap<string, VerifyingKey>;
  readonly jwks: readonly JWK[];
}

interface Parts {
  readonly store: SigningKeys;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly settings: Settings;
}

/** Keeps the keys in memory; the truth is D1. The first use ever makes the first key. */
export class IsolateKeyring implements Keyring {
  readonly #parts: Parts;
  #ring: Ring | null = null;
  /** when storage was last asked, whether or not it answered */
  #askedAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async current(): Promise<SigningKey> {
    const ring = await this.#fresh(RING_FRESH_SECONDS);
    if (this.#isOutdated(ring)) throw outdated();
    return ring.current;
  }

  async verifying(kid: string): Promise<VerifyingKey | null> {
    const known = (await this.#fresh(RING_FRESH_SECONDS)).verifying.get(kid);
    if (known !== undefined) return known;
    const ring = await this.#fresh(RELOAD_AT_MOST_EVERY_SECONDS);
    const found = ring.verifying.get(kid);
    if (found === undefined && this.#isOutdated(ring)) throw outdated();
    return found ?? null;
  }

  async jwks(): Promise<{ keys: readonly JWK[] }> {
    return { keys: (await this.#fresh(RING_FRESH_SECONDS)).jwks };
  }

  /** The next key is published for longer than this before it signs, the last one good for longer after it did. */
  #isOutdated({ loadedAt }: Ring): boolean {
    return this.#parts.clock.now() - loadedAt >= RING_SIGNS_SECONDS;
  }

  async #fresh(maxAgeSeconds: number): Promise<Ring> {
    const now = this.#parts.clock.now();
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
    const stored = await this.#stored(now);
    const current = stored.find(({ state }) => state === "current");
    if (current === undefined) throw new AuthError("internal", "no signing key is current");
    const { settings } = this.#parts;
    const verifying = await Promise.all(
      stored.map(async (key) => {
        const publicKey = await importSigningKey(JSON.parse(key.publicJwk));
        return [key.kid, { publicKey, lastIssuedAt: lastIssuedAtOf(key) }] as const;
      }),
    );
    return {
      loadedAt: now,
      current: await this.#open(current),
      verifying: new Map(verifying),
      jwks: stored
        .filter((key) => now < lastExpiryOf(key, settings))
        .map(({ publicJwk }): JWK => JSON.parse(publicJwk)),
    };
  }

  /** One of them is current: where none is, the first that asks makes it. */
  async #stored(now: number): Promise<StoredSigningKey[]> {
    const { store, sealer } = this.#parts;
    const stored = await store.all();
    if (stored.some(({ state }) => state === "current")) return stored;
    const made = await makeSigningKey(sealer, { state: "current", now });
    await store.insertCurrent(made, ownEntry({ action: "signing_key.created", at: now, target: made.kid }));
    return store.all();
  }

  async #open(stored: StoredSigningKey): Promise<SigningKey> {
    const known = this.#ring?.current;
    return known?.kid === stored.kid ? known : openSigningKey(this.#parts.sealer, stored);
  }
}

function outdated(): AuthError {
  return new AuthError("unavailable", `the signing keys were not read for ${RING_SIGNS_SECONDS} s`, {
    retryAfterSeconds: RELOAD_AT_MOST_EVERY_SECONDS,
  });
}
