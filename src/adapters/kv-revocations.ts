import { AuthError } from "../domain/error.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Clock, Log, Revocations } from "../domain/ports.ts";

/** How long this isolate trusts what it last read. */
const REMEMBERED_SECONDS = 5;
/** Sessions remembered by one isolate: about 2 MB. */
const REMEMBERED_AT_MOST = 10_000;
/** The least that KV takes: a miss may then be stale for as long. */
const KV_CACHE_SECONDS = 30;
/** KV refuses an expiry under 60 s. */
const KV_MIN_TTL_SECONDS = 60;

interface Memory {
  readonly revoked: boolean;
  readonly until: number;
}

/** Ended sessions, published in KV until the last access token of theirs has expired. */
export function kvRevocations(
  kv: KVNamespace,
  { clock, log, accessTokenTtlSeconds }: { clock: Clock; log: Log; accessTokenTtlSeconds: number },
): Revocations {
  const memory = new Map<SessionId, Memory>();

  function remember(id: SessionId, entry: Memory): void {
    // What was revoked stays so: an answer that says otherwise was on its way before it.
    const known = memory.get(id);
    if (known?.revoked && clock.now() < known.until) return;
    memory.delete(id);
    if (memory.size >= REMEMBERED_AT_MOST) {
      const [oldest] = memory.keys();
      if (oldest !== undefined) memory.delete(oldest);
    }
    memory.set(id, entry);
  }

  return {
    async publish(ids) {
      const until = clock.now() + accessTokenTtlSeconds;
      for (const id of ids) remember(id, { revoked: true, until });
      const expirationTtl = Math.max(KV_MIN_TTL_SECONDS, accessTokenTtlSeconds);
      const written = await Promise.allSettled(ids.map(async (id) => kv.put(keyOf(id), "1", { expirationTtl })));
      const failed = written.filter(({ status }) => status === "rejected").length;
      if (failed > 0) log.write("error", "revocations.unpublished", { failed, of: ids.length });
    },

    async recentlyRevoked(id, now) {
      const known = memory.get(id);
      if (known !== undefined && now < known.until) return known.revoked;
      const revoked = (await read(kv, id)) !== null;
      remember(id, { revoked, until: now + REMEMBERED_SECONDS });
      return revoked;
    },

    remember(id, revoked, now) {
      remember(id, { revoked, until: now + REMEMBERED_SECONDS });
    },
  };
}

function keyOf(id: SessionId): string {
  return `revoked:${id}`;
}

async function read(kv: KVNamespace, id: SessionId): Promise<string | null> {
  try {
    return await kv.get(keyOf(id), { cacheTtl: KV_CACHE_SECONDS });
  } catch (error) {
    throw new AuthError("unavailable", "kv is down", { retryAfterSeconds: 1 }, { cause: error });
  }
}
