import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { counted, failing, type Outage } from "../bindings.ts";
import { TestClock } from "../clock.ts";
import { type Answered, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

const WINDOW = 3_600;

let clock: TestClock;
let world: World;
let token: string;
beforeEach(async () => {
  await emptyStorage();
  clock = new TestClock();
  world = startWorld({}, clock);
  await register(world);
  token = await logIn(world);
});

async function newKey(rate_limit?: number): Promise<string> {
  return (await world.ask("/v1/auth/api-keys", { token, json: { name: "One", rate_limit } })).json.key;
}

const verify = (key: string, on = world) => on.ask("/v1/auth/verify", { headers: { "X-API-Key": key } });

function statusesOf(answers: readonly Answered[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("an API key's quota", () => {
  it("of 1,000 parallel verifications through four isolates exactly the limit of 100 pass", {
    timeout: 60_000,
  }, async () => {
    const key = await newKey(100);
    const isolates = Array.from({ length: 4 }, () => startWorld({}, clock));
    const answers = await Promise.all(isolates.flatMap((on) => Array.from({ length: 250 }, () => verify(key, on))));
    expect(statusesOf(answers)).toEqual({ 200: 100, 429: 900 });
    expect(statusesOf(await Promise.all(isolates.map((on) => verify(key, on))))).toEqual({ 429: 4 });
  });

  it("a steady rate of 0.9 of the limit is never refused, over three windows", { timeout: 60_000 }, async () => {
    const key = await newKey(100);
    const isolates = Array.from({ length: 3 }, () => startWorld({}, clock));
    for (let n = 0; n < 270; n++) {
      expect((await verify(key, isolates[n % 3])).status).toBe(200);
      clock.advance(WINDOW / 90);
    }
  });

  it("is whole again when its window ends, and 429 says when", async () => {
    const key = await newKey(2);
    await verify(key);
    clock.advance(600);
    await verify(key);
    const refused = await verify(key);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("3000");
    clock.advance(2_999);
    expect((await verify(key)).status).toBe(429);
    clock.advance(1);
    expect((await verify(key)).status).toBe(200);
  });

  it("every answer to a good key tells of it, also from memory; one to a bad key does not", async () => {
    for (const limit of [3, 10_000]) {
      const key = await newKey(limit);
      const policies = new Set<string | null>();
      const left: (string | null)[] = [];
      for (let n = 0; n < 3; n++) {
        const { headers } = await verify(key);
        policies.add(headers.get("RateLimit-Policy"));
        left.push(headers.get("RateLimit"));
        clock.advance(1);
      }
      expect([...policies]).toEqual([`"key";q=${limit};w=3600`]);
      expect(left).toEqual([1, 2, 3].map((n) => `"key";r=${limit - n};t=${3_601 - n}`));
      expect((await verify(`${key}0`)).headers.get("RateLimit")).toBeNull();
    }
  });

  it("a spent key is 429 wherever it is shown; revoked it is 401", async () => {
    const key = await newKey(1);
    await verify(key);
    for (const path of ["/v1/auth/verify", "/v1/auth/me", "/v1/auth/sessions"]) {
      const answer = await world.ask(path, { headers: { "X-API-Key": key } });
      expect([answer.status, answer.json.code]).toEqual([429, "too_many_requests"]);
      expect(answer.headers.get("RateLimit")).toBe('"key";r=0;t=3600');
    }
    const [{ id }] = (await world.ask("/v1/auth/api-keys", { token })).json.api_keys;
    await world.ask(`/v1/auth/api-keys/${id}`, { method: "DELETE", token });
    expect((await verify(key)).status).toBe(401);
  });

  it("the operator decides the default and the window: RATE_LIMITS", async () => {
    const other = startWorld({ RATE_LIMITS: '{"key": "2/60"}' }, clock);
    const { key } = (await other.ask("/v1/auth/api-keys", { token, json: { name: "One" } })).json;
    const answers = [await verify(key, other), await verify(key, other), await verify(key, other)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.headers.get("RateLimit-Policy")).toBe('"key";q=2;w=60');
    clock.advance(60);
    expect((await verify(key, other)).status).toBe(200);
  });
});

describe("what a verification asks of the bindings", () => {
  function startCounted() {
    const { bindings, operations } = counted(env);
    const on = startWorld(bindings, clock);
    const asked = async (work: () => Promise<unknown>) => {
      operations.length = 0;
      await work();
      return operations.map((operation) => operation.replace(/^DB select .*/s, "DB select"));
    };
    return { on, asked };
  }

  it("a flipped character of a key, junk, and a key in the query: nothing", async () => {
    const key = await newKey();
    const { on, asked } = startCounted();
    const nothing = await asked(async () => {
      for (let at = 0; at < key.length; at++) {
        const flipped = key.slice(0, at) + (key[at] === "a" ? "b" : "a") + key.slice(at + 1);
        expect((await verify(flipped, on)).status).toBe(401);
      }
      for (const junk of ["junk", "sk_live_", "x".repeat(8_000)]) expect((await verify(junk, on)).status).toBe(401);
      expect((await on.ask(`/v1/auth/verify?api_key=${key}`)).status).toBe(401);
    });
    expect(nothing).toEqual([]);
  });

  it.each([10_000, 1_000_000])("a cold key of %i: one read and one count; hot: nothing", async (limit) => {
    const key = await newKey(limit);
    const { on, asked } = startCounted();
    expect(await asked(() => verify(key, on))).toEqual(["DB select", "KEY_QUOTA ask"]);
    const hot = async () => {
      for (let n = 0; n < 90; n++) {
        expect((await verify(key, on)).status).toBe(200);
        if (n % 10 === 9) clock.advance(1);
      }
    };
    expect(await asked(hot)).toEqual([]);
    clock.advance(1);
    expect(await asked(() => verify(key, on))).toEqual(["DB select", "KEY_QUOTA ask"]);
  });

  it("a smaller key is counted each time, and read once in ten seconds", async () => {
    const key = await newKey(100);
    const { on, asked } = startCounted();
    expect(await asked(() => verify(key, on))).toEqual(["DB select", "KEY_QUOTA ask"]);
    expect(await asked(() => verify(key, on))).toEqual(["KEY_QUOTA ask"]);
  });

  it("a spent key asks once in ten seconds", async () => {
    const key = await newKey(1);
    await verify(key);
    const { on, asked } = startCounted();
    expect(await asked(() => verify(key, on))).toEqual(["DB select", "KEY_QUOTA ask"]);
    const again = await asked(async () => {
      for (let n = 0; n < 5; n++) expect((await verify(key, on)).status).toBe(429);
    });
    expect(again).toEqual([]);
    clock.advance(10);
    expect(await asked(() => verify(key, on))).toEqual(["DB select", "KEY_QUOTA ask"]);
  });

  it("a hot token: nothing", async () => {
    const { on, asked } = startCounted();
    await on.ask("/v1/auth/verify", { token });
    const hot = async () => {
      for (let n = 0; n < 20; n++) expect((await on.ask("/v1/auth/verify", { token })).status).toBe(200);
    };
    expect(await asked(hot)).toEqual([]);
  });
});

describe("the counters down", () => {
  it("a key that can't be counted is 503, never waved through; a leased one goes on; tokens don't notice", async () => {
    const [small, large] = [await newKey(100), await newKey(10_000)];
    const outage: Outage = {};
    const on = startWorld(failing(outage), clock);
    for (const key of [small, large]) expect((await verify(key, on)).status).toBe(200);
    outage.KEY_QUOTA = true;
    const refused = await verify(small, on);
    expect([refused.status, refused.json.code]).toEqual([503, "unavailable"]);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect((await verify(large, on)).status).toBe(200);
    clock.advance(10);
    expect((await verify(large, on)).status).toBe(503);
    expect((await on.ask("/v1/auth/verify", { token })).status).toBe(200);
    outage.KEY_QUOTA = false;
    expect((await verify(large, on)).headers.get("RateLimit")).toBe('"key";r=9997;t=3590');
  });

  it("D1 down: what is remembered goes on for its ten seconds, then 503", async () => {
    const key = await newKey(10_000);
    const outage: Outage = {};
    const on = startWorld(failing(outage), clock);
    await verify(key, on);
    outage.DB = true;
    expect((await verify(key, on)).status).toBe(200);
    expect((await on.ask("/v1/auth/me", { headers: { "X-API-Key": key } })).status).toBe(503);
    clock.advance(10);
    expect((await verify(key, on)).status).toBe(503);
  });
});
