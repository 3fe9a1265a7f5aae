import { beforeEach, describe, expect, it } from "vitest";
import { attempt, limitKeyOf } from "../../src/domain/attempt.ts";
import { clientKeyOf } from "../../src/domain/client-key.ts";
import { AuthError, type Refusal } from "../../src/domain/error.ts";
import type { Reservation } from "../../src/domain/limit.ts";
import { type TestCall, testCall } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

const ACCOUNT = { name: "login:account", key: "ada" } as const;
const CLIENT = { name: "login:ip", key: "203.0.113.7" } as const;

let core: MemoryCore;
beforeEach(() => {
  core = memoryCore({ RATE_LIMITS: '{"login:account": "3/900", "login:ip": "5/900"}' });
});

const refuseWith = (refusal: Refusal) => async () => {
  throw new AuthError(refusal, "by the test");
};
const succeed = async () => "done";

/** Runs the check under both limits; answers the refusal, or null, and the call. */
async function run(
  check: () => Promise<unknown>,
  { asks = [ACCOUNT, CLIENT], counts = ["wrong_credentials"] }: Partial<Parameters<typeof attempt>[1]> = {},
): Promise<{ refusal: Refusal | null; call: TestCall; error: unknown }> {
  const call = testCall();
  const error = await attempt(core, { call, asks, counts, check }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  await call.settled();
  return { refusal: error instanceof AuthError ? error.refusal : null, call, error };
}

/** Units left of a limit, without spending one. */
async function left({ name, key }: typeof ACCOUNT | typeof CLIENT): Promise<number> {
  const probe: Reservation = await core.limiter.reserve(core.settings.limits[name], key, core.clock.now());
  await core.limiter.giveBack(probe);
  return probe.allowed ? probe.remaining + 1 : 0;
}
const bothLeft = async () => [await left(ACCOUNT), await left(CLIENT)];

describe("a unit is taken before the check", () => {
  it("a wrong guess keeps one of each limit", async () => {
    expect((await run(refuseWith("wrong_credentials"))).refusal).toBe("wrong_credentials");
    expect(await bothLeft()).toEqual([2, 4]);
  });

  it("a success gives both back", async () => {
    const call = testCall();
    expect(await attempt(core, { call, asks: [ACCOUNT, CLIENT], counts: [], check: succeed })).toBe("done");
    await call.settled();
    expect(await bothLeft()).toEqual([3, 5]);
  });

  it.each<Refusal>(["unavailable", "internal", "weak_password", "email_taken"])(
    "%s, which the limits don't count, gives both back",
    async (refusal) => {
      expect((await run(refuseWith(refusal))).refusal).toBe(refusal);
      expect(await bothLeft()).toEqual([3, 5]);
    },
  );

  it("a fault that nobody foresaw gives both back, and comes out as it was", async () => {
    const fault = new TypeError("a bug");
    const { error } = await run(() => Promise.reject(fault));
    expect(error).toBe(fault);
    expect(await bothLeft()).toEqual([3, 5]);
  });

  it("what makes things counts its successes, and not its refusals", async () => {
    await run(succeed, { counts: "success" });
    expect(await bothLeft()).toEqual([2, 4]);
    await run(refuseWith("email_taken"), { counts: "success" });
    expect(await bothLeft()).toEqual([2, 4]);
  });

  it("a parallel burst never gets more checks than the budget", async () => {
    let checks = 0;
    const guess = async () => {
      checks++;
      await Promise.resolve();
      throw new AuthError("wrong_credentials", "by the test");
    };
    const runs = await Promise.all(Array.from({ length: 20 }, () => run(guess)));
    expect(checks).toBe(3);
    expect(runs.filter(({ refusal }) => refusal === "too_many_requests")).toHaveLength(17);
  });
});

describe("all limits or none", () => {
  it("where one is spent the check isn't run, and the others keep their units", async () => {
    for (let n = 0; n < 3; n++) await run(refuseWith("wrong_credentials"));
    const { refusal, error } = await run(() => Promise.reject(new Error("it was run")));
    expect(refusal).toBe("too_many_requests");
    expect(error).toMatchObject({ why: "limit reached: login:account" });
    expect(await bothLeft()).toEqual([0, 2]);
  });

  it("the refusal says when to come back: when the last of the spent limits is open again", async () => {
    for (let n = 0; n < 3; n++) await run(refuseWith("wrong_credentials"));
    const { error } = await run(succeed);
    const { retryAfterSeconds = 0 } = (error as AuthError).details;
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(900);
    expect(retryAfterSeconds).toBeLessThan(930);
    core.clock.advance(retryAfterSeconds);
    expect((await run(succeed)).refusal).toBeNull();
  });

  it("where a limiter can't be asked nothing is counted: the units of the others go back", async () => {
    const { reserve } = core.limiter;
    const halfDown: MemoryCore = {
      ...core,
      limiter: {
        ...{ giveBack: core.limiter.giveBack, succeed: core.limiter.succeed, clear: core.limiter.clear },
        reserve: (limit, key, now) =>
          limit.name === "login:ip"
            ? Promise.reject(new AuthError("unavailable", "this object is down"))
            : reserve(limit, key, now),
      },
    };
    const call = testCall();
    const work = attempt(halfDown, { call, asks: [ACCOUNT, CLIENT], counts: ["wrong_credentials"], check: succeed });
    await expect(work).rejects.toMatchObject({ refusal: "unavailable" });
    await call.settled();
    expect(await left(ACCOUNT)).toBe(3);
  });

  it("while the limiter is down guesses fail closed: the check isn't run", async () => {
    core.failing.add("limiter");
    let checks = 0;
    const { refusal } = await run(async () => ++checks);
    expect([refusal, checks]).toEqual(["unavailable", 0]);
  });
});

describe("the lock", () => {
  it("after 100 failures in a row password login is off, however long one waits", async () => {
    for (let n = 0; n < 100; n++) {
      expect((await run(refuseWith("wrong_credentials"), { asks: [ACCOUNT] })).refusal).toBe("wrong_credentials");
      core.clock.advance(1_000);
    }
    core.clock.advance(365 * 86_400);
    let checks = 0;
    const { refusal, call } = await run(async () => ++checks);
    expect([refusal, checks]).toEqual(["password_login_off", 0]);
    expect(call.limits.find(({ limit }) => limit.name === "login:account")).toMatchObject({
      locked: true,
      remaining: 0,
    });
    expect(await left(CLIENT)).toBe(5);
  });

  it("one success ends the row of failures", async () => {
    const guess = async () => {
      core.clock.advance(1_000);
      return (await run(refuseWith("wrong_credentials"), { asks: [ACCOUNT] })).refusal;
    };
    for (let n = 0; n < 99; n++) await guess();
    expect((await run(succeed)).refusal).toBeNull();
    for (let n = 0; n < 100; n++) expect(await guess()).toBe("wrong_credentials");
    expect(await guess()).toBe("password_login_off");
  });

  it("a fault of ours is no failure of the row, and doesn't end it either", async () => {
    const after = async (refusal: Refusal) => {
      core.clock.advance(1_000);
      return (await run(refuseWith(refusal), { asks: [ACCOUNT] })).refusal;
    };
    for (let n = 0; n < 99; n++) await after("wrong_credentials");
    for (let n = 0; n < 5; n++) expect(await after("unavailable")).toBe("unavailable");
    expect(await after("wrong_credentials")).toBe("wrong_credentials");
    expect(await after("wrong_credentials")).toBe("password_login_off");
  });
});

describe("the answer hears of every limit that was asked", () => {
  const said = (call: TestCall) => call.limits.map(({ limit, allowed, remaining }) => [limit.name, allowed, remaining]);

  it("a wrong guess: what is left after it", async () => {
    expect(said((await run(refuseWith("wrong_credentials"))).call)).toEqual([
      ["login:account", true, 2],
      ["login:ip", true, 4],
    ]);
  });

  it("a success or a fault: as if nothing had been taken", async () => {
    for (const check of [succeed, refuseWith("unavailable")]) {
      expect(said((await run(check)).call)).toEqual([
        ["login:account", true, 3],
        ["login:ip", true, 5],
      ]);
    }
  });

  it("a refused one: the spent limit has nothing left, the other all that it had", async () => {
    for (let n = 0; n < 3; n++) await run(refuseWith("wrong_credentials"));
    expect(said((await run(succeed)).call)).toEqual([
      ["login:account", false, 0],
      ["login:ip", true, 2],
    ]);
  });
});

describe("the name of an account's limit", () => {
  it("is the same for the same address, another for another, and shows neither", () => {
    expect(limitKeyOf("ada@example.com")).toBe(limitKeyOf("ada@example.com"));
    expect(limitKeyOf("ada@example.com")).not.toBe(limitKeyOf("bob@example.com"));
    expect(limitKeyOf("ada@example.com")).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a client", () => {
  it("of IPv4 is its whole address", () => {
    expect(clientKeyOf("203.0.113.7")).toBe("203.0.113.7");
    expect(clientKeyOf("203.0.113.8")).not.toBe(clientKeyOf("203.0.113.7"));
  });

  it("without an address is one client with all such", () => {
    expect(clientKeyOf(null)).toBe(clientKeyOf(null));
    expect(clientKeyOf(null)).not.toBe(clientKeyOf("203.0.113.7"));
  });

  it.each([
    ["each address of it", "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"],
    ["upper case", "2001:DB8:A:B::1", "2001:db8:a:b::1"],
    ["leading zeros", "2001:0db8:000a:000b::1", "2001:db8:a:b::1"],
    ["zeros written out", "2001:db8:0:0:0:0:0:1", "2001:db8::1"],
    ["zeros compressed in the /64", "2001:db8::2:0:0:0:1", "2001:db8:0:2::1"],
    ["zeros compressed at the end", "2001:db8:1:2::", "2001:db8:1:2:0:0:0:0"],
    ["zeros compressed at the beginning", "::1", "0:0:0:0:0:0:0:1"],
    ["one group compressed", "2001:db8::2:3:4:5:6", "2001:db8:0:2:3:4:5:6"],
    ["nothing but zeros", "::", "0:0:0:0:0:0:0:0"],
    ["an IPv4 tail", "2001:db8:1:2::192.0.2.1", "2001:db8:1:2::c000:201"],
    ["an IPv4 tail behind compressed zeros", "::1:2:3:4:192.0.2.1", "0:0:1:2:3:4:c000:201"],
  ])("of IPv6 is its /64, one client for %s", (_what, one, other) => {
    expect(clientKeyOf(one)).toBe(clientKeyOf(other));
  });

  it.each([
    ["another /64", "2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["another /48", "2001:db8:1:2::1", "2001:db8:2:2::1"],
    ["the same groups in other places", "2001:db8:1::", "2001:db8:0:1::"],
  ])("of IPv6 is another one in %s", (_what, one, other) => {
    expect(clientKeyOf(one)).not.toBe(clientKeyOf(other));
  });

  it.each(["::ffff:203.0.113.7", "::FFFF:203.0.113.7", "0:0:0:0:0:ffff:203.0.113.7", "::ffff:cb00:7107"])(
    "of IPv4 in the clothes of IPv6, %s, is the IPv4 client",
    (mapped) => {
      expect(clientKeyOf(mapped)).toBe("203.0.113.7");
    },
  );
});
