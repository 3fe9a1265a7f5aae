import { importVerifyingKey } from "../domain/compact-jws.ts";
import type { Google, TokenInfo } from "../domain/ports/google.ts";
import type { Clock } from "../domain/ports.ts";
import type { GoogleSettings } from "../env-google.ts";
import { askOnce } from "./ask.ts";

/** Google answers in a tenth of that; a login doesn't wait longer for somebody else. */
const TIMEOUT_MS = 5_000;
/** Google says a few hours; without its word, or with nonsense, a little is right. */
const DEFAULT_LIFETIME_SECONDS = 300;
const MAX_LIFETIME_SECONDS = 24 * 3_600;
/** An unknown kid may be brand new: the keys are fetched again for it, and for invented ones not more often than this. */
const REFETCH_AT_MOST_EVERY_SECONDS = 60;

type PublicJwk = Parameters<typeof importVerifyingKey>[0];

interface KeySet {
  readonly keys: ReadonlyMap<string, CryptoKey>;
  /** epoch seconds */
  readonly goodUntil: number;
}

export function googleOver({ clientId, jwksUrl, tokenInfoUrl }: GoogleSettings, clock: Clock): Google {
  let known: KeySet = { keys: new Map(), goodUntil: 0 };
  let refetchedAt = Number.NEGATIVE_INFINITY;

  async function keyAmongFetched(kid: string, now: number): Promise<CryptoKey | null> {
    known = await fetchKeys(jwksUrl, now);
    return known.keys.get(kid) ?? null;
  }

  return {
    clientId,

    async keyFor(kid) {
      const now = clock.now();
      if (now >= known.goodUntil) return keyAmongFetched(kid, now);
      const key = known.keys.get(kid);
      if (key !== undefined) return key;
      if (now - refetchedAt < REFETCH_AT_MOST_EVERY_SECONDS) return null;
      refetchedAt = now;
      return keyAmongFetched(kid, now);
    },

    tokenInfo: (accessToken) =>
      askOnce("google tokeninfo", async () => {
        const { status, json } = await get(`${tokenInfoUrl}?${new URLSearchParams({ access_token: accessToken })}`);
        // 400 is its word for a token that isn't good; any other failure says nothing of the token
        if (status === 400 || status === 401) return null;
        if (status !== 200) throw new Error(`answered ${status}`);
        return json as TokenInfo | null;
      }),
  };
}

interface Got {
  readonly status: number;
  readonly cacheControl: string;
  /** null unless the status is 200 */
  readonly json: unknown;
}

/** Of an error only its name is told: its words may quote the address, which bears the token. */
async function get(url: string): Promise<Got> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { status, headers } = response;
    const json: unknown = status === 200 ? await response.json() : null;
    return { status, cacheControl: headers.get("Cache-Control") ?? "", json };
  } catch (error) {
    throw new Error(`no answer: ${error instanceof Error ? error.name : "unknown"}`);
  }
}

function fetchKeys(url: string, now: number): Promise<KeySet> {
  return askOnce("google keys", async () => {
    const { status, json, cacheControl } = await get(url);
    if (status !== 200) throw new Error(`answered ${status}`);
    const { keys } = json as { keys: readonly PublicJwk[] };
    const imported = new Map<string, CryptoKey>();
    for (const jwk of keys) {
      const key = await importVerifyingKey(jwk, "RS256");
      if (key !== null && jwk.kid !== undefined) imported.set(jwk.kid, key);
    }
    return { keys: imported, goodUntil: now + lifetimeOf(cacheControl) };
  });
}

/** RFC 9111 §5.2.2.1 */
function lifetimeOf(cacheControl: string): number {
  const [, seconds] = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(cacheControl) ?? [];
  return seconds === undefined ? DEFAULT_LIFETIME_SECONDS : Math.min(Number(seconds), MAX_LIFETIME_SECONDS);
}
