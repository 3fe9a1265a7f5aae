import { beforeEach, describe, expect, it } from "vitest";
import { runCron } from "../../src/cron.ts";
import { failing, type Outage, tapped } from "../bindings.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

beforeEach(emptyStorage);

const CREDENTIALS = { email: ADA.email, password: ADA.password };
const NEW_PASSWORD = { current_password: ADA.password, new_password: "a new password" };

/** Each row that a user's day is made of; the last one logs out. */
async function aDay(world: World, token: string) {
  const me = await world.ask("/v1/auth/me", { token });
  const verify = await world.ask("/v1/auth/verify", { token });
  const refresh = await world.ask("/v1/auth/refresh", { method: "POST", token });
  const rename = await world.ask("/v1/auth/me", { method: "PATCH", token, json: { full_name: "Ada King" } });
  const change = await world.ask("/v1/auth/change-password", { token, json: NEW_PASSWORD });
  const logout = await world.ask("/v1/auth/logout", { method: "POST", token });
  return { me, verify, refresh, rename, change, logout };
}

const statusesOf = (answers: Record<string, Answered>) =>
  Object.fromEntries(Object.entries(answers).map(([name, { status }]) => [name, status]));

const TOKEN = /ey[\w-]{10,}\.[\w-]+\.[\w-]+/;
const STATEMENT = /select |insert |update |delete |from "|users|sqlite|d1_error/i;
const STACK = /\s+at \w|\.[jt]s\b/;

/** Try again in a moment, and not a word of what broke. */
function expectUnavailable(answer: Answered): void {
  expect(answer.status).toBe(503);
  expect(answer.json).toMatchObject({ code: "unavailable", detail: "Please try again in a moment" });
  expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
  const said = `${answer.text} ${JSON.stringify([...answer.headers])}`;
  for (const secret of [TOKEN, STATEMENT, STACK]) expect(said).not.toMatch(secret);
}

describe("KV down", () => {
  it("register, login and every row go on, and after logout the token is refused at once", async () => {
    const world = startWorld(failing({ KV: true }));
    expect((await register(world)).status).toBe(201);
    const token = await logIn(world);
    const ok = { me: 200, verify: 200, refresh: 200, rename: 200, change: 200, logout: 200 };
    expect(statusesOf(await aDay(world, token))).toEqual(ok);
    expect((await world.ask("/v1/auth/verify", { token })).status).toBe(401);
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(401);
  });

  it("another isolate refuses an ended session too: it asks D1 instead", async () => {
    const [here, there] = [startWorld(failing({ KV: true })), startWorld(failing({ KV: true }))];
    await register(here);
    const token = await logIn(here);
    await here.ask("/v1/auth/logout", { method: "POST", token });
    expect((await there.ask("/v1/auth/verify", { token })).status).toBe(401);
  });

  it("verify asks D1 once in five seconds, not at every request", async () => {
    const asked: string[] = [];
    const world = startWorld(
      tapped(({ binding }) => {
        asked.push(binding);
        if (binding === "KV") throw new Error("KV GET failed: 503");
      }),
    );
    await register(world);
    const token = await logIn(world);
    asked.length = 0;
    for (let n = 0; n < 5; n++) expect((await world.ask("/v1/auth/verify", { token })).status).toBe(200);
    expect(asked).toEqual(["KV", "DB"]);
    world.clock.advance(5);
    await world.ask("/v1/auth/verify", { token });
    expect(asked).toEqual(["KV", "DB", "KV", "DB"]);
  });

  it("once it is back, the cron trigger tells every isolate of what ended meanwhile", async () => {
    const outage: Outage = { KV: true };
    const [here, there] = [startWorld(failing(outage)), startWorld(failing(outage))];
    await register(here);
    const token = await logIn(here);
    await here.ask("/v1/auth/logout", { method: "POST", token });
    await runCron(there.core);
    outage.KV = false;
    await runCron(there.core);
    expect((await there.ask("/v1/auth/verify", { token })).status).toBe(401);
  });

  it("is in the log as an error, without the ids of the sessions", async () => {
    const world = startWorld(failing({ KV: true }));
    await register(world);
    await world.ask("/v1/auth/logout", { method: "POST", token: await logIn(world) });
    const lines = world.log.lines.filter((line) => line.includes("revocations.unpublished"));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "error", event: "revocations.unpublished", failed: 1, of: 1 },
    ]);
  });
});

describe("D1 down", () => {
  it("what needs it is 503 with Retry-After, without a token and without a word of the statement", async () => {
    const outage: Outage = {};
    const world = startWorld(failing(outage));
    await register(world);
    const token = await logIn(world);
    outage.DB = true;
    const { verify, ...rest } = await aDay(world, token);
    const login = await world.ask("/v1/auth/login", { json: CREDENTIALS });
    for (const answer of [...Object.values(rest), login, await register(world, { email: "bob@example.com" })]) {
      expectUnavailable(answer);
    }
    expect(verify.status).toBe(200);
  });

  it("a cold isolate, which has no keys yet, is 503 on every path that needs them", async () => {
    const outage: Outage = {};
    const world = startWorld(failing(outage));
    await register(world);
    const token = await logIn(world);
    outage.DB = true;
    const cold = startWorld(failing(outage));
    for (const path of ["/v1/auth/verify", "/v1/auth/me", "/.well-known/jwks.json", "/healthz"]) {
      expectUnavailable(await cold.ask(path, { token }));
    }
  });

  it("a warm isolate verifies and shows its keys on from memory, past the minute for which they are fresh", async () => {
    const outage: Outage = {};
    const world = startWorld(failing(outage));
    await register(world);
    const token = await logIn(world);
    outage.DB = true;
    world.clock.advance(600);
    expect((await world.ask("/v1/auth/verify", { token })).status).toBe(200);
    expect((await world.ask("/.well-known/jwks.json")).json.keys).toHaveLength(1);
  });

  it("costs nobody a guess: 20 logins that broke leave the whole budget", async () => {
    const outage: Outage = {};
    const world = startWorld(failing(outage));
    await register(world);
    outage.DB = true;
    for (let n = 0; n < 20; n++) expectUnavailable(await world.ask("/v1/auth/login", { json: CREDENTIALS }));
    outage.DB = false;
    const answer = await world.ask("/v1/auth/login", { json: { ...CREDENTIALS, password: "wrong" } });
    expect(answer.headers.get("RateLimit")).toMatch(/^"login";r=9;t=\d+, "login:ip";r=99;/);
  });

  it("and KV with it: verify can't know, and says 503 rather than yes", async () => {
    const outage: Outage = {};
    const world = startWorld(failing(outage));
    await register(world);
    const token = await logIn(world);
    Object.assign(outage, { DB: true, KV: true });
    expectUnavailable(await world.ask("/v1/auth/verify", { token }));
  });
});

describe("the limiter down", () => {
  it("whatever takes a password is 503, and the rest goes on", async () => {
    const outage: Outage = {};
    const world = startWorld(failing(outage));
    await register(world);
    const token = await logIn(world);
    outage.LIMITER = true;
    const login = await world.ask("/v1/auth/login", { json: CREDENTIALS });
    const { change, ...rest } = await aDay(world, token);
    for (const answer of [login, change, await register(world, { email: "bob@example.com" })]) {
      expectUnavailable(answer);
    }
    expect(statusesOf(rest)).toEqual({ me: 200, verify: 200, refresh: 200, rename: 200, logout: 200 });
  });

  it("no password is looked at while its guesses can't be counted", async () => {
    const asked: string[] = [];
    const world = startWorld(
      tapped(({ binding, what }) => {
        asked.push(what);
        if (binding === "LIMITER") throw new Error("broken");
      }),
    );
    await world.ask("/v1/auth/login", { json: CREDENTIALS });
    expect(asked).toEqual(["reserve login:account", "reserve login:ip"]);
  });

  it("one limit that can't be asked takes nothing from the other", async () => {
    let down = false;
    const world = startWorld(
      tapped(({ what }) => {
        if (down && what === "reserve login:ip") throw new Error("broken");
      }),
    );
    await register(world);
    down = true;
    for (let n = 0; n < 12; n++) expectUnavailable(await world.ask("/v1/auth/login", { json: CREDENTIALS }));
    down = false;
    const answer = await world.ask("/v1/auth/login", { json: { ...CREDENTIALS, password: "wrong" } });
    expect(answer.headers.get("RateLimit")).toMatch(/^"login";r=9;/);
  });

  it("a unit that can't be given back is in the log, and the login stands", async () => {
    const world = startWorld(
      tapped(({ what }) => {
        if (what.startsWith("succeed")) throw new Error("broken");
      }),
    );
    await register(world);
    expect(await logIn(world)).toMatch(TOKEN);
    expect(world.log.lines.filter((line) => line.includes("later.failed"))).toHaveLength(2);
  });
});
