import { AuthError } from "../domain/error.ts";
import type { Clock, Log, RevocableId, Revocations } from "../domain/ports.ts";

/** How long this isolate trusts what it last read. */
const REMEMBERED_SECONDS = 5;
/** Sessions remembered by one isolate: about 2 MB. */
const REMEMBERED_AT_MOST = 10_000;
/** The least that KV takes: a miss may then be stale for as long. */
const KV_CACHE_SECONDS = 30;
/** KV refuses an expiry under 60 s. */
const KV_MIN_TTL_SECONDS = 60;

/** What KV did not take, kept until it does. */
export interface RevocationBacklog {
  add(ids: readonly RevocableId[], until: number): Promise<void>;
  /** Some of those that somebody need still know of. */
  due(now: number): Promise<Revocation[]>;
  remove(ids: readonly RevocableId[]): Promise<void>;
}

interface Revocation {
  readonly id: RevocableId;
  /** when the last access token of the session has expired, in epoch seconds */
  readonly until: number;
}

/** Ended sessions, published in KV until the last access token of theirs has expired. */
export function kvRevocations(
  kv: KVNamespace,
  {
    clock,
    log,
    accessTokenTtlSeconds,
    backlog,
  }: { clock: Clock; log: Log; accessTokenTtlSeconds: number; backlog: RevocationBacklog },
): Revocations {
  const memory = new IsolateMemory();

  async function write(revocations: readonly Revocation[], now: number): Promise<RevocableId[]> {
    const failed = await put(kv, revocations, now);
    const [lacking, of] = [failed.length, revocations.length];
    if (lacking > 0) log.write("error", "revocations.unpublished", { failed: lacking, of });
    return failed;
  }

  return {
    async publish(ids) {
      const now = clock.now();
      const revocations = ids.map((id) => ({ id, until: now + accessTokenTtlSeconds }));
      for (const { id, until } of revocations) memory.keep(id, { revoked: true, until }, now);
      const failed = await write(revocations, now);
      if (failed.length === 0) return;
      await backlog.add(failed, now + accessTokenTtlSeconds).catch(() => {
        log.write("error", "revocations.lost", { lost: failed.length });
      });
    },

    async republish(now) {
      const due = await backlog.due(now);
      if (due.length === 0) return;
      const failed = new Set(await write(due, now));
      await backlog.remove(due.map(({ id }) => id).filter((id) => !failed.has(id)));
    },

    async recentlyRevoked(id, now) {
      const known = memory.recall(id, now);
      if (known !== null) return known;
      const revoked = (await read(kv, id)) !== null;
      memory.keep(id, { revoked, until: now + REMEMBERED_SECONDS }, now);
      return revoked;
    },

    remember(id, revoked, now) {
      memory.keep(id, { revoked, until: now + REMEMBERED_SECONDS }, now);
    },
  };
}

interface Known {
  readonly revoked: boolean;
  readonly until: number;
}

/** What this isolate knows, bounded: past that the oldest is forgotten. */
class IsolateMemory {
  readonly #known = new Map<RevocableId, Known>();

  /** Null when nothing is known any more. */
  recall(id: RevocableId, now: number): boolean | null {
    const known = this.#known.get(id);
    return known !== undefined && now < known.until ? known.revoked : null;
  }

  keep(id: RevocableId, entry: Known, now: number): void {
    // What was revoked stays so: an answer that says otherwise was on its way before it.
    const known = this.#known.get(id);
    const isRevoked = known?.revoked === true && now < known.until;
    if (isRevoked && (!entry.revoked || entry.until < known.until)) return;
    this.#known.delete(id);
    if (this.#known.size >= REMEMBERED_AT_MOST) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(id, entry);
  }
}

/** The ids that KV did not take. */
async function put(kv: KVNamespace, revocations: readonly Revocation[], now: number): Promise<RevocableId[]> {
  const written = await Promise.allSettled(
    revocations.map(async ({ id, until }) =>
      kv.put(keyOf(id), "1", { expirationTtl: Math.max(KV_MIN_TTL_SECONDS, until - now) }),
    ),
  );
  return revocations.filter((_, at) => written[at]?.status === "rejected").map(({ id }) => id);
}

function keyOf(id: RevocableId): string {
  return `revoked:${id}`;
}

async function read(kv: KVNamespace, id: RevocableId): Promise<string | null> {
  try {
    return await kv.get(keyOf(id), { cacheTtl: KV_CACHE_SECONDS });
  } catch (error) {
    throw new AuthError("unavailable", "kv is down", { retryAfterSeconds: 1 }, { cause: error });
  }
}
