import { importVerifyingKey } from "../domain/compact-jws.ts";

/** As long as Latchkey lets others keep its keys (`Cache-Control` of the JWKS); it publishes a key before that long before it signs. */
const FRESH_SECONDS = 300;
/** After a key that nobody knew, or a key set that could not be had. Invented names may not turn into many requests. */
const AGAIN_AFTER_SECONDS = 5;
const PATIENCE_MS = 5_000;

interface Source {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

type Keys = ReadonlyMap<string, CryptoKey>;

/** A JWKS (RFC 7517 §5) in memory. Keys outlive an outage: what verified a minute ago verifies on. */
export class KeySet {
  readonly #source: Source;
  #keys: Keys = new Map();
  /** when it is to be loaded again, known keys or not */
  #staleAt = Number.NEGATIVE_INFINITY;
  #missedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;
  /** loads are numbered as they begin; the keys are of the load `#loaded` */
  #begun = 0;
  #loaded = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The public key of that name; null when there is none. Throws when that can't be known now. */
  async keyFor(kid: string): Promise<CryptoKey | null> {
    const now = this.#source.now();
    const asked = this.#begun;
    if (now >= this.#staleAt) await this.#refresh(now);
    // A load that began before we asked may be older than the key: only a later one proves that there is none.
    while (!this.#keys.has(kid) && this.#loaded <= asked) {
      if (now - this.#missedAt < AGAIN_AFTER_SECONDS) return null;
      await this.#load();
    }
    const key = this.#keys.get(kid) ?? null;
    if (key === null) this.#missedAt = now;
    return key;
  }

  async #refresh(now: number): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      if (this.#keys.size === 0) throw error;
      this.#staleAt = now + AGAIN_AFTER_SECONDS;
    }
  }

  /** One load at a time, for everybody who waits. */
  async #load(): Promise<void> {
    const shared = this.#loading;
    // On Workers a promise dies with the request that made it: nobody waits for another's longer than for one's own.
    if (shared !== null && (await isSettled(shared))) return;
    const loading = this.#fetch();
    this.#loading = loading;
    try {
      await loading;
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }

  async #fetch(): Promise<void> {
    const { url, fetch, now } = this.#source;
    const number = ++this.#begun;
    // `manual`: keys come from the issuer, or not at all
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new TypeError(`the key set was answered with ${answer.status}`);
    this.#keys = await importKeys(await answer.json());
    this.#loaded = number;
    this.#staleAt = now() + FRESH_SECONDS;
  }
}

/** What isn't an ES256 key for verifying is left out: other keys may stand in the set. */
async function importKeys(jwks: unknown): Promise<Keys> {
  const { keys } = jwks as { keys: readonly (Parameters<typeof importVerifyingKey>[0] & { kid?: string })[] };
  const imported = await Promise.all(
    keys.map(async (jwk) => [jwk.kid, await importVerifyingKey(jwk, "ES256")] as const),
  );
  return new Map(imported.flatMap(([kid, key]) => (kid === undefined || key === null ? [] : [[kid, key] as const])));
}

/** False when it takes longer than our patience. Throws what it throws. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const impatience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise.then(() => true), impatience]);
  } finally {
    clearTimeout(timer);
  }
}
