import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/adapters/d1.ts";
import { d1RevocationBacklog } from "../../src/adapters/d1-revocation-backlog.ts";
import { kvRevocations, type RevocationBacklog } from "../../src/adapters/kv-revocations.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import type { RevocableId } from "../../src/domain/ports.ts";
import { TestClock, TestLog } from "../clock.ts";
import { memoryDatabase } from "../memory/database.ts";
import { memoryRevocations } from "../memory/revocations.ts";
import { emptyStorage } from "../world.ts";
import { revocationsContract } from "./revocations.contract.ts";

const ONE = "ses_1" as SessionId;
const TTL = 3_600;

revocationsContract("memory", async () => {
  const db = memoryDatabase();
  let down = false;
  return {
    clock: new TestClock(),
    isolate: () => memoryRevocations(db, () => down),
    setDown: (value) => {
      down = value;
    },
  };
});

revocationsContract("KV", async () => {
  await emptyStorage();
  const clock = new TestClock();
  let down = false;
  const kv = {
    get: async (key: string, options: KVNamespaceGetOptions<"text">) => {
      if (down) throw new Error("KV GET failed: 500");
      return env.KV.get(key, options);
    },
    put: async (key: string, value: string, options: KVNamespacePutOptions) => {
      if (down) throw new Error("KV PUT failed: 500");
      return env.KV.put(key, value, options);
    },
  } as unknown as KVNamespace;
  return {
    clock,
    isolate: () => {
      const backlog = d1RevocationBacklog(openDatabase(env.DB));
      return kvRevocations(kv, { clock, log: new TestLog(), accessTokenTtlSeconds: TTL, backlog });
    },
    setDown: (value) => {
      down = value;
    },
  };
});

/** A KV that keeps what it was told, and an isolate on it. */
function onFakeKv({
  ttl = TTL,
  get,
  put,
}: {
  ttl?: number;
  get?: () => Promise<string | null>;
  put?: () => unknown;
} = {}) {
  const gets: string[] = [];
  const postponed: RevocableId[] = [];
  const backlog: RevocationBacklog = {
    add: async (ids) => void postponed.push(...ids),
    due: async () => [],
    remove: async () => undefined,
  };
  const puts: { key: string; expirationTtl: number }[] = [];
  const kv = {
    async get(key: string) {
      gets.push(key);
      return get === undefined ? null : get();
    },
    put(key: string, _value: string, { expirationTtl }: { expirationTtl: number }) {
      puts.push({ key, expirationTtl });
      return put === undefined ? Promise.resolve() : put();
    },
  } as unknown as KVNamespace;
  const [clock, log] = [new TestClock(), new TestLog()];
  const revocations = kvRevocations(kv, { clock, log, accessTokenTtlSeconds: ttl, backlog });
  return { gets, puts, postponed, clock, log, backlog, revocations };
}

describe("KV", () => {
  it("is read once in 5 seconds for one session", async () => {
    const { gets, clock, revocations } = onFakeKv();
    for (let asked = 0; asked < 10; asked++) await revocations.recentlyRevoked(ONE, clock.now());
    expect(gets).toEqual(["revoked:ses_1"]);
    await revocations.recentlyRevoked(ONE, clock.now() + 5);
    expect(gets).toHaveLength(2);
  });

  it("is not asked by the isolate that published, as long as a token of the session may live", async () => {
    const { gets, clock, revocations } = onFakeKv();
    await revocations.publish([ONE]);
    clock.advance(TTL - 1);
    expect(await revocations.recentlyRevoked(ONE, clock.now())).toBe(true);
    expect(gets).toEqual([]);
  });

  it("keeps a revocation as long as a token lives, and never under its own 60 seconds", async () => {
    for (const [ttl, expirationTtl] of [
      [TTL, TTL],
      [86_400, 86_400],
      [1, 60],
    ] as const) {
      const { puts, revocations } = onFakeKv({ ttl });
      await revocations.publish([ONE]);
      expect(puts).toEqual([{ key: "revoked:ses_1", expirationTtl }]);
    }
  });

  it("that is down is told to the log, with how many were not published and no more", async () => {
    const { log, revocations } = onFakeKv({ put: () => Promise.reject(new Error("KV PUT failed: ses_1")) });
    await revocations.publish([ONE, "ses_2" as SessionId]);
    expect(log.lines.map((line) => JSON.parse(line))).toEqual([
      { level: "error", event: "revocations.unpublished", failed: 2, of: 2 },
    ]);
  });
});

describe("what KV did not take", () => {
  const MANY = Array.from({ length: 1_200 }, (_, n) => `ses_${n}` as SessionId);
  const backlog = () => d1RevocationBacklog(openDatabase(env.DB));
  beforeEach(emptyStorage);

  it("is postponed, and what it took is not", async () => {
    let asked = 0;
    const { postponed, revocations } = onFakeKv({
      put: () => (++asked === 2 ? Promise.reject(new Error("KV PUT failed: 429")) : Promise.resolve()),
    });
    await revocations.publish([ONE, "ses_2" as SessionId, "ses_3" as SessionId]);
    expect(postponed).toEqual(["ses_2"]);
  });

  it("is told to the log alone when it can't be postponed either", async () => {
    const { backlog, log, revocations } = onFakeKv({ put: () => Promise.reject(new Error("KV PUT failed")) });
    backlog.add = () => Promise.reject(new Error("D1_ERROR"));
    await expect(revocations.publish([ONE])).resolves.toBeUndefined();
    expect(log.lines.map((line) => JSON.parse(line).event)).toEqual(["revocations.unpublished", "revocations.lost"]);
  });

  it("is kept until its last token has expired, in any number, each once", async () => {
    const kept = backlog();
    await kept.add(MANY, 1_000);
    await kept.add(MANY.slice(0, 10), 2_000);
    const seen = new Set<RevocableId>();
    for (let round = 0; round < 3; round++) {
      const due = await kept.due(999);
      expect(due.length).toBeLessThanOrEqual(500);
      for (const { id, until } of due) {
        expect(until).toBe(1_000);
        seen.add(id);
      }
      await kept.remove(due.map(({ id }) => id));
    }
    expect(seen.size).toBe(1_200);
    await kept.add([ONE], 1_000);
    expect(await kept.due(1_000)).toEqual([]);
  });

  it("is published for as long as it still matters", async () => {
    const { backlog, puts, revocations, clock } = onFakeKv();
    const now = clock.now();
    backlog.due = async () => [
      { id: ONE, until: now + 1_800 },
      { id: "ses_2" as SessionId, until: now + 5 },
    ];
    await revocations.republish(now);
    expect(puts.map(({ expirationTtl }) => expirationTtl)).toEqual([1_800, 60]);
  });
});

describe("an isolate's memory of revocations", () => {
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `ses_${n}` as SessionId);

  it("is bounded: past 10,000 sessions the oldest is forgotten, and asked for again", async () => {
    const { gets, clock, revocations } = onFakeKv();
    const all = ids(10_001);
    for (const id of all) revocations.remember(id, true, clock.now());
    expect(await revocations.recentlyRevoked(all[10_000] ?? ONE, clock.now())).toBe(true);
    expect(await revocations.recentlyRevoked(all[1] ?? ONE, clock.now())).toBe(true);
    expect(gets).toEqual([]);
    expect(await revocations.recentlyRevoked(all[0] ?? ONE, clock.now())).toBe(false);
    expect(gets).toEqual(["revoked:ses_0"]);
  });

  it("is not used up by one session that is asked for again and again", async () => {
    const { gets, clock, revocations } = onFakeKv();
    revocations.remember("ses_first" as SessionId, true, clock.now());
    for (let n = 0; n < 20_000; n++) revocations.remember(ONE, false, clock.now());
    expect(await revocations.recentlyRevoked("ses_first" as SessionId, clock.now())).toBe(true);
    expect(gets).toEqual([]);
  });
});

describe("what the isolate itself has ended", () => {
  it("stays ended when an older answer of KV arrives after it", async () => {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const { clock, revocations } = onFakeKv({ get: () => promise });
    const asked = revocations.recentlyRevoked(ONE, clock.now());
    await revocations.publish([ONE]);
    resolve(null);
    await asked;
    expect(await revocations.recentlyRevoked(ONE, clock.now())).toBe(true);
  });

  it("stays ended when an older answer of the truth is remembered after it", async () => {
    const { clock, revocations } = onFakeKv();
    await revocations.publish([ONE]);
    revocations.remember(ONE, false, clock.now());
    expect(await revocations.recentlyRevoked(ONE, clock.now())).toBe(true);
  });

  it("stays ended as long, also when the same is heard from elsewhere", async () => {
    const { gets, clock, revocations } = onFakeKv();
    await revocations.publish([ONE]);
    revocations.remember(ONE, true, clock.now());
    clock.advance(TTL - 1);
    expect(await revocations.recentlyRevoked(ONE, clock.now())).toBe(true);
    expect(gets).toEqual([]);
  });

  it("is never a failure, even when KV throws before it promises anything", async () => {
    const { revocations } = onFakeKv({
      put: () => {
        throw new TypeError("KV put: invalid");
      },
    });
    await expect(revocations.publish([ONE])).resolves.toBeUndefined();
  });
});
