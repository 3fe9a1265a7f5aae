import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { consoleLog, systemRandom } from "../../src/adapters/world.ts";
import { buildCore } from "../../src/core.ts";
import { createApp } from "../../src/http/app.ts";
import { type Outage, tapped } from "../bindings.ts";
import { TestClock } from "../clock.ts";
import { type Answered, emptyStorage, startWorld, type World } from "../world.ts";

const PASSWORDS = ["canary-first-password", "canary-second-password", "canary-wrong-password", "canary password\u0301"];
const PERSON = { email: "canary-person@example.com", full_name: "Canary Person", organization_name: "Canary Org" };
const MASTER_KEY = "canary-master-key-canary-master-key-canaryA";

const printed: string[] = [];

beforeEach(async () => {
  await emptyStorage();
  printed.length = 0;
  for (const level of ["debug", "info", "log", "warn", "error", "trace"] as const) {
    vi.spyOn(console, level).mockImplementation((...said) => void printed.push(said.map(String).join(" ")));
  }
});
afterEach(() => void vi.restoreAllMocks());

/** D1 as it can fail: in its own words, in words that quote the statement's values, and with what is no error. */
const D1_FAILURES = [
  () => new Error("D1_ERROR: Network connection lost."),
  () => Object.assign(new Error("D1_ERROR: overloaded"), { cause: new Error("D1 DB is overloaded") }),
  () => "a string with canary-person@example.com",
  () => null,
];

/** All that people do, and all that goes wrong for them; every secret that was seen is noted. */
async function aLongDay(world: World, outage: Outage & { d1: () => unknown }): Promise<Set<string>> {
  const secrets = new Set([...PASSWORDS, MASTER_KEY]);
  const [first = "", second = "", wrong = ""] = PASSWORDS;
  const note = (answer: Answered) => {
    const { access_token: access, refresh_token: refresh } = answer.json ?? {};
    for (const token of [access, refresh, answer.headers.get("X-New-Access-Token")]) if (token) secrets.add(token);
    return answer;
  };
  const ask = async (path: string, asked: Parameters<World["ask"]>[1] = {}) => note(await world.ask(path, asked));
  const logIn = async (password: string) => ask("/v1/auth/login", { json: { email: PERSON.email, password } });

  const everything = async (token: string) => {
    await ask("/v1/auth/register", { json: { ...PERSON, password: first } });
    await ask("/v1/auth/register", { json: { ...PERSON, password: "password" } });
    await ask("/v1/auth/register", { json: { ...PERSON, email: `${first}@`, password: 7 } });
    for (const password of [first, wrong, "x".repeat(2_000)]) await logIn(password);
    await ask("/login", { json: { email: PERSON.email, password: first } });
    await ask("/login", { json: { email: PERSON.email, password: wrong } });
    for (const body of [`{"password":"${first}"`, `{"password":"${first}","password":"${wrong}"}`, `["${first}"]`]) {
      await ask("/v1/auth/login", { body, headers: { "Content-Type": "application/json" } });
      await ask("/v1/auth/login", { body });
    }
    for (const path of ["me", "verify", "sessions", `${first}?token=${token}`]) {
      for (const bearer of [token, `${token}x`, first]) await ask(`/v1/auth/${path}`, { token: bearer });
      await ask(`/v1/auth/${path}`, { headers: { Authorization: token, "X-Refresh-Token": token } });
    }
    await ask("/v1/auth/me", { method: "PATCH", token, json: { full_name: `\n${first}` } });
    for (const json of [
      { current_password: wrong, new_password: second },
      { current_password: first, new_password: second },
      { current_password: second, new_password: first },
      { current_password: first, new_password: "12345678" },
    ]) {
      await ask("/v1/auth/change-password", { token, json });
    }
    await ask("/v1/auth/refresh", { method: "POST", token });
    await ask(`/v1/auth/sessions/${first}`, { method: "DELETE", token });
    await ask("/v1/auth/sessions", { method: "DELETE", token });
  };

  await ask("/v1/auth/register", { json: { ...PERSON, password: first } });
  const token = async () => (await logIn(first)).json.access_token as string;
  await everything(await token());
  for (const binding of ["KV", "LIMITER"] as const) {
    const live = await token();
    Object.assign(outage, { [binding]: true });
    await everything(live);
    Object.assign(outage, { [binding]: false });
  }
  for (const failure of D1_FAILURES) {
    const live = await token();
    Object.assign(outage, { DB: true, d1: failure });
    await everything(live);
    Object.assign(outage, { DB: false });
  }
  const last = await token();
  world.clock.advance(3_600);
  await everything(last);
  await ask("/v1/auth/logout", { method: "POST", token: await token() });
  return secrets;
}

/** A world whose bindings fail as `outage` says, with errors that quote what they were given. */
function fragileWorld(outage: Outage & { d1: () => unknown }): World {
  const bindings = tapped(({ binding }) => {
    if (outage[binding]) throw binding === "DB" ? outage.d1() : new Error(`${binding} is down`);
  });
  const generous = '{"login:account": "1000/60", "login:ip": "1000/60"}';
  return startWorld({ ...bindings, MASTER_KEYS: `1:${MASTER_KEY}`, RATE_LIMITS: generous });
}

function expectNothingOf(secrets: ReadonlySet<string>, lines: readonly string[]): void {
  for (const line of lines) {
    const { level, event, ...fields } = JSON.parse(line);
    expect([typeof level, typeof event]).toEqual(["string", "string"]);
    for (const value of Object.values(fields)) expect(["string", "number", "boolean"]).toContain(typeof (value ?? ""));
    for (const secret of secrets) expect(line).not.toContain(secret);
    expect(line).not.toMatch(/canary|pbkdf2|ey[\w-]{20,}|[\w-]{43,}|insert into|select .* from|update "/i);
  }
}

it("no log line of a long day with every failure bears a password, a token, a key, an address or a statement", async () => {
  const outage = { d1: () => new Error("unused") as unknown };
  const world = fragileWorld(outage);
  const secrets = await aLongDay(world, outage);
  expect(secrets.size).toBeGreaterThan(15);
  const { lines } = world.log;
  const events = new Set(lines.map((line) => JSON.parse(line).refusal ?? JSON.parse(line).event));
  expect([...events]).toEqual(
    expect.arrayContaining([
      ...["wrong_credentials", "wrong_password", "unauthenticated", "invalid_input", "not_json", "weak_password"],
      ...["unsupported_media_type", "email_taken", "not_found", "unavailable", "revocations.unpublished"],
    ]),
  );
  expectNothingOf(secrets, lines);
  expect(printed).toEqual([]);
});

it("the log that is used in earnest prints one JSON line an event, and nothing else is printed", async () => {
  const core = buildCore(startWorld().bindings, { clock: new TestClock(), log: consoleLog, random: systemRandom });
  const answer = await createApp().request("/v1/auth/me", { headers: { Authorization: "Bearer canary" } }, core);
  expect(answer.status).toBe(401);
  expect(printed.map((line) => JSON.parse(line))).toEqual([
    {
      ...{ level: "info", event: "refused", request_id: answer.headers.get("X-Request-Id"), dialect: "datix" },
      ...{ row: "GET /v1/auth/me", refusal: "unauthenticated", status: 401, why: "token: not_compact" },
    },
  ]);
});
