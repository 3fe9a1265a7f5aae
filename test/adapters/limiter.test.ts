import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Limiter, limiterOn } from "../../src/adapters/do-limiter.ts";
import type { Limit } from "../../src/domain/limit.ts";
import { EMPTY_LEDGER, takeUnit } from "../../src/domain/sliding-window.ts";
import { memoryLimiter } from "../memory/limiter.ts";
import { limiterContract } from "./limiter.contract.ts";

const NAMESPACE = (env as unknown as { LIMITER: DurableObjectNamespace<Limiter> }).LIMITER;
const NOW = 1_734_256_800; // 2024-12-15T10:00:00Z: by the platform's clock, long past
const LOGIN: Limit = { name: "alarm", max: 10, windowSeconds: 900 };
const LOCKING: Limit = { ...LOGIN, lockAfter: 100 };

const limiter = limiterOn(NAMESPACE);
const objectOf = (limit: Limit, key: string) => NAMESPACE.getByName(`${limit.name}:${key}`);

/** How many rows the object's table has; null when there is no such table. */
function rowsOf(limit: Limit, key: string, table: "slots" | "about"): Promise<number | null> {
  return runInDurableObject(objectOf(limit, key), (_object, { storage: { sql } }) => {
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", table).toArray().length === 0) return null;
    return sql.exec<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).one().rows;
  });
}

/** Epoch milliseconds, or null. */
function alarmOf(limit: Limit, key: string): Promise<number | null> {
  return runInDurableObject(objectOf(limit, key), (_object, { storage }) => storage.getAlarm());
}

const inMemory = memoryLimiter();
limiterContract("memory", {
  limiter: inMemory,
  slotsOf: async (limit, key) => inMemory.slotsOf(limit, key),
  runs: 1_000,
});
limiterContract("Durable Object", {
  limiter,
  slotsOf: async (limit, key) => (await rowsOf(limit, key, "slots")) ?? 0,
  runs: 20,
});

describe("the Durable Object's storage", () => {
  it("the alarm waits for the window's end by the platform's clock, whatever the caller's says", async () => {
    for (const [key, now] of Object.entries({ past: NOW, future: NOW + 1_000_000_000 })) {
      const { resetSeconds } = await limiter.reserve(LOGIN, key, now);
      const wait = ((await alarmOf(LOGIN, key)) ?? 0) - Date.now();
      expect(wait).toBeGreaterThan((resetSeconds - 1) * 1000);
      expect(wait).toBeLessThan((resetSeconds + 3) * 1000);
    }
  });

  it("one alarm is set a window, not one a request", async () => {
    await limiter.reserve(LOGIN, "one alarm", NOW);
    const alarm = await alarmOf(LOGIN, "one alarm");
    await limiter.reserve(LOGIN, "one alarm", NOW + 500);
    expect(await alarmOf(LOGIN, "one alarm")).toBe(alarm);
  });

  it("the alarm empties an object whose window is over", async () => {
    await limiter.reserve(LOGIN, "over", NOW);
    expect(await runDurableObjectAlarm(objectOf(LOGIN, "over"))).toBe(true);
    expect([await rowsOf(LOGIN, "over", "slots"), await alarmOf(LOGIN, "over")]).toEqual([null, null]);
    expect(await limiter.reserve(LOGIN, "over", NOW)).toMatchObject({ allowed: true, remaining: 9 });
  });

  it("the alarm is set again for what was counted since", async () => {
    await limiter.reserve(LOGIN, "since", NOW);
    await limiter.reserve(LOGIN, "since", NOW + 600);
    await runDurableObjectAlarm(objectOf(LOGIN, "since"));
    const wait = ((await alarmOf(LOGIN, "since")) ?? 0) - Date.now();
    expect(Math.abs(wait - 600_000)).toBeLessThan(20_000);
    expect(await limiter.reserve(LOGIN, "since", NOW + 600)).toMatchObject({ remaining: 7 });
    await runDurableObjectAlarm(objectOf(LOGIN, "since"));
    expect(await rowsOf(LOGIN, "since", "slots")).toBeNull();
  });

  it("the alarm leaves the row of failures, a success does not", async () => {
    await limiter.reserve(LOCKING, "row", NOW);
    await runDurableObjectAlarm(objectOf(LOCKING, "row"));
    expect([await rowsOf(LOCKING, "row", "slots"), await rowsOf(LOCKING, "row", "about")]).toEqual([0, 1]);
    expect(await alarmOf(LOCKING, "row")).toBeNull();

    await limiter.succeed(await limiter.reserve(LOCKING, "row", NOW + 2_000));
    await runDurableObjectAlarm(objectOf(LOCKING, "row"));
    expect(await rowsOf(LOCKING, "row", "about")).toBeNull();
  });

  it("clear leaves nothing, and no alarm", async () => {
    await limiter.reserve(LOCKING, "cleared", NOW);
    await limiter.clear(LOCKING, "cleared");
    expect([await rowsOf(LOCKING, "cleared", "about"), await alarmOf(LOCKING, "cleared")]).toEqual([null, null]);
  });

  it("an alarm that was lost is set again by the next unit", async () => {
    await limiter.reserve(LOGIN, "lost", NOW);
    await runInDurableObject(objectOf(LOGIN, "lost"), (_object, { storage }) => storage.deleteAlarm());
    await limiter.reserve(LOGIN, "lost", NOW + 2_000);
    expect(await alarmOf(LOGIN, "lost")).not.toBeNull();
  });

  it("a unit that comes back to an emptied object stores nothing", async () => {
    const reservation = await limiter.reserve(LOGIN, "emptied", NOW);
    await runDurableObjectAlarm(objectOf(LOGIN, "emptied"));
    await limiter.giveBack(reservation);
    await limiter.succeed(reservation);
    expect(await rowsOf(LOGIN, "emptied", "about")).toBeNull();
  });
});

describe("an object that cannot answer", () => {
  const reservation = {
    limit: LOGIN,
    key: "k",
    allowed: true,
    locked: false,
    remaining: 9,
    resetSeconds: 900,
    unit: 960,
  };
  const decision = { allowed: true, locked: false, remaining: 9, resetSeconds: 900, unit: 960 };

  /** A namespace whose objects fail with each of the errors in turn, then answer; and how often they were asked. */
  function failing(...errors: readonly unknown[]) {
    const asked = { times: 0 };
    const call = async () => {
      const error = errors[asked.times++];
      if (error !== undefined) throw error;
      return decision;
    };
    const object = { reserve: call, giveBack: call, succeed: call, clear: call };
    const namespace = { getByName: () => object } as unknown as DurableObjectNamespace<Limiter>;
    return { asked, limiter: limiterOn(namespace) };
  }
  const marked = (marks: object) => Object.assign(new Error("broken"), marks);

  it("every operation is refused as unavailable, with the cause for the log", async () => {
    const cause = marked({});
    const { limiter } = failing(cause, cause, cause, cause);
    const unavailable = { name: "AuthError", refusal: "unavailable", details: { retryAfterSeconds: 1 }, cause };
    await expect(limiter.reserve(LOGIN, "k", NOW)).rejects.toMatchObject(unavailable);
    await expect(limiter.giveBack(reservation)).rejects.toMatchObject(unavailable);
    await expect(limiter.succeed(reservation)).rejects.toMatchObject(unavailable);
    await expect(limiter.clear(LOGIN, "k")).rejects.toMatchObject(unavailable);
  });

  it("an overloaded object is not asked again", async () => {
    const { asked, limiter } = failing(marked({ overloaded: true, retryable: true }));
    await expect(limiter.reserve(LOGIN, "k", NOW)).rejects.toMatchObject({
      refusal: "unavailable",
      details: { retryAfterSeconds: 5 },
    });
    expect(asked.times).toBe(1);
  });

  it("a reserve is tried once more when the error may pass, and no more than once", async () => {
    const passing = marked({ retryable: true });
    const once = failing(passing);
    expect(await once.limiter.reserve(LOGIN, "k", NOW)).toMatchObject({ allowed: true, key: "k" });
    const twice = failing(passing, passing);
    await expect(twice.limiter.reserve(LOGIN, "k", NOW)).rejects.toMatchObject({ refusal: "unavailable" });
    expect(twice.asked.times).toBe(2);
  });

  it("a unit is never sent back twice", async () => {
    const { asked, limiter } = failing(marked({ retryable: true }));
    await expect(limiter.giveBack(reservation)).rejects.toMatchObject({ refusal: "unavailable" });
    expect(asked.times).toBe(1);
  });
});

it("a time or a limit that is not a number is refused, not counted as long ago", () => {
  for (const [limit, now] of [
    [LOGIN, Number.NaN],
    [{ ...LOGIN, windowSeconds: Number.NaN }, NOW],
    [{ ...LOGIN, windowSeconds: 0 }, NOW],
    [{ ...LOGIN, max: Number.POSITIVE_INFINITY }, NOW],
  ] as const) {
    expect(() => takeUnit(limit, EMPTY_LEDGER, now)).toThrow(RangeError);
  }
});
