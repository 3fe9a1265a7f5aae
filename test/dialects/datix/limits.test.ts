import { beforeEach, describe, expect, it } from "vitest";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";
import { type ExpectedProblem, expectProblem } from "./problem.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

const RATE_LIMITED: ExpectedProblem = { status: 429, code: "too_many_requests", detail: "Rate limit exceeded" };
const LOCKED: ExpectedProblem = {
  status: 429,
  code: "password_login_off",
  detail: "Too many wrong passwords in a row: password login is off until the password is reset",
};

interface Guess {
  readonly email?: string;
  readonly password?: string;
  /** the client's address */
  readonly from?: string;
}

/** A login from a client of its own, unless told otherwise. */
function guess(guessed: Guess = {}, on = world): Promise<Answered> {
  const { email = ADA.email, password = "a wrong password", from = "203.0.113.7" } = guessed;
  return on.ask("/v1/auth/login", { json: { email, password }, headers: { "CF-Connecting-IP": from } });
}

async function inTurn<Result>(times: number, work: (n: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let n = 0; n < times; n++) results.push(await work(n));
  return results;
}

const atOnce = <Result>(times: number, work: (n: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, n) => work(n)));
const statuses = (answers: readonly Answered[]) => answers.map(({ status }) => status);
const limitsOf = ({ headers }: Answered) => [headers.get("RateLimit-Policy"), headers.get("RateLimit")];

describe("login:account", () => {
  it.each(["of an account", "of nobody"])("the eleventh wrong password %s within 15 minutes is 429", async (whose) => {
    if (whose === "of an account") await register(world);
    expect(statuses(await inTurn(10, () => guess()))).toEqual(Array(10).fill(401));
    const refused = await guess();
    expectProblem(refused, RATE_LIMITED);
    expect(limitsOf(refused)).toEqual([
      '"login";q=10;w=900, "login:ip";q=100;w=900',
      expect.stringMatching(/^"login";r=0;t=9\d\d, "login:ip";r=90;t=9\d\d$/),
    ]);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThanOrEqual(900);
    expect(Number(refused.headers.get("Retry-After"))).toBeLessThanOrEqual(921);
  });

  it("then the right password is refused too, from every address, until Retry-After has passed", async () => {
    await register(world);
    await inTurn(10, () => guess());
    const refused = await guess({ password: ADA.password, from: "198.51.100.1" });
    expectProblem(refused, RATE_LIMITED);
    world.clock.advance(Number(refused.headers.get("Retry-After")));
    expect((await guess({ password: ADA.password })).status).toBe(200);
  });

  it("each answer says what is left: a success gives its own guess back, and nobody else's", async () => {
    await register(world);
    const left = async (password?: string) =>
      (await guess(password === undefined ? {} : { password })).headers.get("RateLimit")?.split(";")[1];
    expect(await left()).toBe("r=9");
    expect(await left()).toBe("r=8");
    expect(await left(ADA.password)).toBe("r=8");
  });

  it("a success takes nothing from the budget", async () => {
    await register(world);
    expect(statuses(await inTurn(15, () => guess({ password: ADA.password })))).toEqual(Array(15).fill(200));
  });

  it("the address counts in one spelling, and other accounts not at all", async () => {
    await inTurn(10, (n) => guess({ email: n % 2 === 0 ? "ada@example.com" : "ADA@EXAMPLE.COM" }));
    expect((await guess({ email: "Ada@Example.com" })).status).toBe(429);
    expect((await guess({ email: "bob@example.com" })).status).toBe(401);
  });

  it("of 30 parallel wrong passwords, over two isolates, ten are looked at", async () => {
    await register(world);
    const isolates = [world, startWorld()];
    const answers = await atOnce(30, (n) => guess({}, isolates[n % 2]));
    expect(statuses(answers).filter((status) => status === 401)).toHaveLength(10);
    expect(statuses(answers).filter((status) => status === 429)).toHaveLength(20);
  });
});

describe("100 wrong passwords in a row", () => {
  const QUICK = { RATE_LIMITS: '{"login:account": "100/60", "login:ip": "1000/60"}' };

  it("turn password login off for good, without a time at which it opens", async () => {
    const quick = startWorld(QUICK);
    await register(quick);
    await atOnce(60, () => guess({}, quick));
    quick.clock.advance(120);
    await atOnce(40, () => guess({}, quick));
    quick.clock.advance(30 * 86_400);
    const refused = await guess({ password: ADA.password }, quick);
    expectProblem(refused, LOCKED);
    expect(refused.headers.get("RateLimit")).toMatch(/^"login";r=0, "login:ip"/);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
  });

  it("are no longer in a row after one success", async () => {
    const quick = startWorld(QUICK);
    await register(quick);
    await atOnce(60, () => guess({}, quick));
    expect((await guess({ password: ADA.password }, quick)).status).toBe(200);
    await atOnce(40, () => guess({}, quick));
    quick.clock.advance(120);
    expect((await guess({ password: ADA.password }, quick)).status).toBe(200);
  });
});

describe("login:ip", () => {
  const FIVE = { RATE_LIMITS: { "login:ip": "5/900" } };
  const someone = (n: number) => `user${n}@example.com`;

  it("wrong passwords of many accounts from one client are 429 in the end, for every account", async () => {
    const strict = startWorld(FIVE);
    await register(strict);
    await inTurn(5, (n) => guess({ email: someone(n) }, strict));
    const refused = await guess({ password: ADA.password }, strict);
    expectProblem(refused, RATE_LIMITED);
    expect(refused.headers.get("RateLimit")).toMatch(/^"login:ip";r=0;t=9\d\d, "login";r=10/);
    expect((await guess({ password: ADA.password, from: "198.51.100.1" }, strict)).status).toBe(200);
  });

  it("by default it is 100 in 15 minutes", async () => {
    const { headers } = await guess();
    expect(headers.get("RateLimit-Policy")).toContain('"login:ip";q=100;w=900');
  });

  it("an IPv6 client is its /64, however it is written; another /64 is another client", async () => {
    const strict = startWorld(FIVE);
    const spelled = ["2001:db8:0:1::1", "2001:db8::1:0:0:0:2", "2001:0DB8:0000:0001:ffff::3"];
    await inTurn(5, (n) => guess({ email: someone(n), from: spelled[n % 3] ?? "" }, strict));
    expect((await guess({ from: "2001:db8:0:1::9" }, strict)).status).toBe(429);
    expect((await guess({ from: "2001:db8:0:2::9" }, strict)).status).toBe(401);
  });

  it("headers that a client can write itself move nothing", async () => {
    const strict = startWorld(FIVE);
    const forged = (n: number) => ({ "X-Forwarded-For": `198.51.100.${n}`, "X-Real-IP": `198.51.100.${n}` });
    const json = { email: ADA.email, password: "a wrong password" };
    const answers = await inTurn(6, (n) => strict.ask("/v1/auth/login", { json, headers: forged(n) }));
    expect(answers.at(-1)?.status).toBe(429);
  });
});

describe("register:ip", () => {
  const TWO = { RATE_LIMITS: { "register:ip": "2/3600" } };

  it("counts the accounts that were made, and not what was refused", async () => {
    const strict = startWorld(TWO);
    await register(strict, { email: "one@example.com" });
    await register(strict, { email: "one@example.com" });
    await register(strict, { email: "weak@example.com", password: "password" });
    const second = await register(strict, { email: "two@example.com" });
    expect(second.status).toBe(201);
    expect(limitsOf(second)).toEqual([
      '"register:ip";q=2;w=3600',
      expect.stringMatching(/^"register:ip";r=0;t=36\d\d$/),
    ]);

    const refused = await register(strict, { email: "three@example.com" });
    expectProblem(refused, RATE_LIMITED);
    strict.clock.advance(Number(refused.headers.get("Retry-After")));
    expect((await register(strict, { email: "three@example.com" })).status).toBe(201);
  });

  it("by default it is 100 an hour", async () => {
    expect((await register(world)).headers.get("RateLimit-Policy")).toBe('"register:ip";q=100;w=3600');
  });
});

describe("change-password", () => {
  const change = (token: string, current: string, on = world) =>
    on.ask("/v1/auth/change-password", { token, json: { current_password: current, new_password: "a new password" } });

  it("a wrong current password is a wrong password of the account, wherever it is tried", async () => {
    await register(world);
    const token = await logIn(world);
    await inTurn(5, () => guess());
    const tried = await inTurn(5, () => change(token, "a wrong password"));
    expect(statuses(tried)).toEqual(Array(5).fill(401));
    expectProblem(await change(token, ADA.password), RATE_LIMITED);
    expectProblem(await guess({ password: ADA.password }), RATE_LIMITED);
  });

  it("counts against the client too", async () => {
    const strict = startWorld({ RATE_LIMITS: { "login:ip": "3/900" } });
    await register(strict);
    const token = await logIn(strict);
    await inTurn(3, () => change(token, "a wrong password", strict));
    expectProblem(await change(token, ADA.password, strict), RATE_LIMITED);
    expect((await guess({ email: "bob@example.com" }, strict)).status).toBe(429);
  });
});
