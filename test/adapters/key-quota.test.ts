import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/adapters/d1.ts";
import { apiKeyUsage } from "../../src/adapters/d1-schema.ts";
import { type KeyQuota, quotaCounterOn } from "../../src/adapters/do-key-quota.ts";
import { systemClock, systemRandom } from "../../src/adapters/world.ts";
import type { SecretHash, SessionId } from "../../src/domain/ids.ts";
import { IsolateQuota } from "../../src/domain/isolate-quota.ts";
import type { LeaseReport, QuotaAsk } from "../../src/domain/key-quota.ts";
import type { QuotaCounter } from "../../src/domain/ports/key-quota.ts";
import { TestClock } from "../clock.ts";
import { memoryQuotaCounter } from "../memory/quota-counter.ts";
import { audit, d1Storage, NOW, opened, registered, storageOn } from "./storage.ts";

const KEY = "key_1";
const DAY = NOW / 86_400;
const ASK: QuotaAsk = { limit: 10_000, windowSeconds: 3_600, now: NOW, lease: "a", reports: [] };
const REPORT: LeaseReport = { id: "a", spent: 7, usedAt: NOW + 5 };

const object = (key = KEY) => env.KEY_QUOTA.getByName(key);
const ring = (key = KEY) => runDurableObjectAlarm(object(key));
const alarmIn = (key = KEY) =>
  runInDurableObject(object(key), async (_object, { storage }) => {
    const at = await storage.getAlarm();
    return at === null ? null : at / 1000 - systemClock.now();
  });
const isEmpty = (key = KEY) =>
  runInDurableObject(object(key), (_object, { storage }) => [...storage.kv.list()].length === 0);

/** As if the object had been left alone for so long: what it wrote of the platform's time is that much older. */
const passTime = (seconds: number, key = KEY) =>
  runInDurableObject(object(key), (_object, { storage }) => {
    const state = storage.kv.get<{ savedAt: number; wakesAt: number }>("state");
    if (state === undefined) throw new Error("nothing is stored");
    storage.kv.put("state", { ...state, savedAt: state.savedAt - seconds, wakesAt: state.wakesAt - seconds });
  });

describe.each<[string, () => QuotaCounter]>([
  ["memory", memoryQuotaCounter],
  ["Durable Object", () => quotaCounterOn(env.KEY_QUOTA)],
])("the counter of a key: %s", (_name, make) => {
  let counter: QuotaCounter;
  beforeEach(async () => {
    await d1Storage();
    counter = make();
  });

  it("of 200 parallel asks exactly the limit is allowed, and keys do not touch each other", async () => {
    const asks = Array.from({ length: 200 }, () => counter.ask(KEY, { ...ASK, limit: 30 }));
    expect((await Promise.all(asks)).filter(({ allowed }) => allowed)).toHaveLength(30);
    expect(await counter.ask("key_2", { ...ASK, limit: 30 })).toMatchObject({ allowed: true, remaining: 29 });
  });

  it("leases, hears what was spent, and has the rest again", async () => {
    const { lease, remaining } = await counter.ask(KEY, ASK);
    expect([lease, remaining]).toEqual([{ units: 100, seconds: 10 }, 9_899]);
    await counter.report(KEY, [REPORT]);
    await counter.report(KEY, [REPORT]);
    expect(await counter.ask(KEY, { ...ASK, lease: "b" })).toMatchObject({ remaining: 10_000 - 9 - 100 });
  });

  it("hears reports from an ask too, also from one that is refused", async () => {
    for (let n = 0; n < 2; n++) await counter.ask(KEY, { ...ASK, lease: `lease-${n}` });
    const spent = { ...ASK, limit: 100 };
    expect(await counter.ask(KEY, { ...spent, reports: [{ ...REPORT, id: "lease-0", spent: 48 }] })).toMatchObject({
      allowed: false,
    });
    expect(await counter.ask(KEY, { ...spent, limit: 102 })).toMatchObject({ allowed: true, remaining: 1 });
  });

  it("through three isolates exactly the limit of 10,000 passes, leased and not", async () => {
    const clock = new TestClock();
    const isolates = Array.from(
      { length: 3 },
      () => new IsolateQuota({ counter, clock, random: systemRandom, windowSeconds: 3_600 }),
    );
    let passed = 0;
    for (let n = 0; n < 12_000; n++) {
      const isolate = isolates[Math.floor(n / 100) % 3];
      const state = await isolate?.take({ publicId: KEY, rateLimit: 10_000 }, { later: () => undefined });
      if (state?.allowed) passed += 1;
      if (n % 300 === 299) clock.advance(11);
    }
    expect(passed).toBe(10_000);
  });
});

describe("the usage, on its way to D1", () => {
  beforeEach(async () => {
    const storage = await d1Storage();
    const { apiKeys } = storage;
    const ada = await registered(storage);
    const session = "ses_1" as SessionId;
    await opened(storage, ada, { id: session });
    const key = { name: "One", description: null, shownAs: "sk_live_one", rateLimit: 10_000, scopes: [] };
    const times = { createdAt: NOW, expiresAt: NOW + 100_000 };
    const of = { publicId: KEY, owner: ada.user.id, organization: null, session, secret: "secret" as SecretHash };
    await apiKeys.create({ ...key, ...times, ...of }, audit("api_key.created"));
  });
  const saved = () => openDatabase(env.DB).select().from(apiKeyUsage).all();

  it("is saved five seconds after the first use, then once a minute", async () => {
    await object().ask(KEY, ASK);
    expect(await alarmIn()).toBeLessThanOrEqual(5);
    await ring();
    expect(await saved()).toEqual([{ keyId: 1, day: DAY, requests: 1 }]);
    await object().ask(KEY, { ...ASK, lease: "b" });
    expect(await alarmIn()).toBeGreaterThan(55);
    expect(await alarmIn()).toBeLessThanOrEqual(60);
  });

  it("counts what leases reported, and is told whole, not in parts", async () => {
    await object().ask(KEY, ASK);
    await ring();
    await object().report(KEY, [REPORT]);
    await ring();
    expect(await saved()).toEqual([{ keyId: 1, day: DAY, requests: 8 }]);
    const [listed] = await storageOn(openDatabase(env.DB)).apiKeys.ofOwner(1 as never, NOW);
    expect(listed).toMatchObject({ lastUsedAt: NOW + 5 });
  });

  it("outlives an outage of D1: the alarm is set again until it is saved", async () => {
    await object().ask(KEY, ASK);
    await env.DB.prepare("ALTER TABLE api_key_usage RENAME TO gone").run();
    for (let n = 0; n < 3; n++) {
      expect(await ring()).toBe(true);
      expect(await alarmIn()).toBeGreaterThan(55);
    }
    await object().ask(KEY, { ...ASK, lease: "b" });
    await env.DB.prepare("ALTER TABLE gone RENAME TO api_key_usage").run();
    await ring();
    expect(await saved()).toEqual([{ keyId: 1, day: DAY, requests: 2 }]);
  });

  it("an object that is started anew goes on where it was", async () => {
    await object().ask(KEY, { ...ASK, limit: 3 });
    await evictDurableObject(object());
    expect(await object().ask(KEY, { ...ASK, limit: 3 })).toMatchObject({ remaining: 1 });
    await ring();
    expect(await saved()).toEqual([{ keyId: 1, day: DAY, requests: 2 }]);
  });

  it("days are kept until they are over, and no longer", async () => {
    for (let day = 0; day < 4; day++) {
      await object().ask(KEY, { ...ASK, now: NOW + day * 86_400, lease: `${day}` });
      await ring();
    }
    const kept = await runInDurableObject(object(), (_object, { storage }) =>
      storage.kv.get<{ ledger: { days: unknown[] } }>("state"),
    );
    expect(kept?.ledger.days).toHaveLength(2);
    expect(await saved()).toHaveLength(4);
  });
});

describe("the object's storage", () => {
  beforeEach(async () => {
    await d1Storage();
  });

  it("a refused ask and an unknown report write nothing", async () => {
    await object().ask(KEY, { ...ASK, limit: 1 });
    const before = await runInDurableObject(object(), (_object, { storage }) => storage.kv.get("state"));
    expect(await object().ask(KEY, { ...ASK, limit: 1, now: NOW + 9 })).toMatchObject({ allowed: false });
    await object().report(KEY, [REPORT]);
    expect(await runInDurableObject(object(), (_object, { storage }) => storage.kv.get("state"))).toEqual(before);
    await object("key_2").report("key_2", [REPORT]);
    expect([await isEmpty("key_2"), await alarmIn("key_2")]).toEqual([true, null]);
  });

  it("is emptied two days after the window, when nobody has asked since", async () => {
    await object().ask(KEY, ASK);
    await ring();
    expect(Math.abs(Number(await alarmIn()) - 2 * 86_400 - 3_600)).toBeLessThan(5);
    await passTime(2 * 86_400);
    await ring();
    expect(await isEmpty()).toBe(false);
    await passTime(3_605);
    await ring();
    expect([await isEmpty(), await alarmIn()]).toEqual([true, null]);
  });

  it("a report that gives all back does not empty it: the window goes on", async () => {
    await object().ask(KEY, { ...ASK, limit: 10_000 });
    await ring();
    await object().report(KEY, [{ ...REPORT, spent: 0, usedAt: 0 }]);
    await ring();
    expect(await object().ask(KEY, { ...ASK, lease: "b", limit: 2 })).toMatchObject({ allowed: true, remaining: 0 });
  });

  it("an alarm that was lost is set again by the next use", async () => {
    await object().ask(KEY, ASK);
    await passTime(600);
    await runInDurableObject(object(), (_object, { storage }) => storage.deleteAlarm());
    await object().ask(KEY, { ...ASK, lease: "b" });
    expect(await alarmIn()).not.toBeNull();
  });

  it("an alarm of an emptied object does nothing", async () => {
    await runInDurableObject(object(), (_object, { storage }) => storage.setAlarm(systemClock.now() * 1000 + 60_000));
    await ring();
    expect([await isEmpty(), await alarmIn()]).toEqual([true, null]);
  });
});

describe("a counter that cannot answer", () => {
  /** A namespace whose objects fail with each of the errors in turn, then answer; and how often they were asked. */
  function broken(...errors: readonly object[]) {
    const asked = { times: 0 };
    const call = async () => {
      const marks = errors[asked.times++];
      if (marks !== undefined) throw Object.assign(new Error("broken"), marks);
      return { allowed: true, remaining: 1, resetSeconds: 1, lease: null };
    };
    const namespace = { getByName: () => ({ ask: call, report: call }) } as unknown as DurableObjectNamespace<KeyQuota>;
    return { asked, counter: quotaCounterOn(namespace) };
  }

  it("is unavailable; an ask is tried once more when the error may pass, a report never", async () => {
    const passing = broken({ retryable: true });
    expect(await passing.counter.ask(KEY, ASK)).toMatchObject({ allowed: true });
    const down = broken({ retryable: true }, { retryable: true });
    await expect(down.counter.ask(KEY, ASK)).rejects.toMatchObject({ refusal: "unavailable" });
    expect(down.asked.times).toBe(2);
    const overloaded = broken({ overloaded: true, retryable: true });
    const refusal = { refusal: "unavailable", details: { retryAfterSeconds: 5 } };
    await expect(overloaded.counter.ask(KEY, ASK)).rejects.toMatchObject(refusal);
    expect(overloaded.asked.times).toBe(1);
    const silent = broken({ retryable: true });
    await expect(silent.counter.report(KEY, [REPORT])).rejects.toMatchObject({ refusal: "unavailable" });
    expect(silent.asked.times).toBe(1);
  });
});
