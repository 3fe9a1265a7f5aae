import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { counted, failing, type Outage } from "../../bindings.ts";
import { messagesTo, resetToken } from "../../mail.ts";
import { provePhone, sentCode } from "../../phones.ts";
import { besides, registerProtected, verify2fa } from "../../two-factor.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const PHONE = "+14155550123";
/** Longer than any limit's window here. */
const WINDOW = 1_000;

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

async function ada(): Promise<void> {
  await register(world);
  await provePhone(world, { token: await logIn(world), phone: PHONE });
  // the code that proved the number is counted, too
  world.clock.advance(WINDOW);
}

function send(json: object, by = world): Promise<Answered> {
  return by.ask("/send-otp/", { json });
}

function enter(json: object, by = world): Promise<Answered> {
  return by.ask("/otp-login/", { json });
}

const statusesOf = (answers: readonly Answered[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

function another(code: string): string {
  return code === "000000" ? "000001" : "000000";
}

describe.each([
  ["phone", PHONE],
  ["email", ADA.email],
])("a code sent by %s", (field, to) => {
  beforeEach(ada);

  it("logs in once, with the documented answer and the employee", async () => {
    await send({ [field]: to });
    const otp = await sentCode(world, to);
    const answer = await enter({ [field]: to, otp });
    expect(answer.json).toMatchObject({ status: 1, access_token: expect.any(String), employee: { email: ADA.email } });
    expect((await world.ask("/v1/auth/me", { token: answer.json.access_token })).status).toBe(200);
    const again = await enter({ [field]: to, otp });
    expect(again.status).toBe(401);
    expect(again.json).toEqual({ status: 0, message: "The code is wrong or no longer good" });
  });

  it("of eight parallel right ones, in two isolates, exactly one logs in", async () => {
    await send({ [field]: to });
    const otp = await sentCode(world, to);
    const isolates = [world, besides(world)];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => enter({ [field]: to, otp }, isolates[i % 2])),
    );
    expect([statusesOf(answers, 200), statusesOf(answers, 401) + statusesOf(answers, 429)]).toEqual([1, 7]);
    const opened = "SELECT count(*) AS n FROM sessions WHERE client_id = 'dyzo'";
    expect(await env.DB.prepare(opened).first("n")).toBe(1);
  });

  it("is refused for the other identifier of the same person", async () => {
    const other = field === "phone" ? { email: ADA.email } : { phone: PHONE };
    await send(other);
    await send({ [field]: to });
    expect((await enter({ ...other, otp: await sentCode(world, to) })).status).toBe(401);
  });

  it("asks who has a second factor for it too", async () => {
    await emptyStorage();
    world = startWorld();
    const { app, token } = await registerProtected(world);
    await provePhone(world, { token, phone: PHONE });
    world.clock.advance(WINDOW);
    await send({ [field]: to });
    const { json } = await enter({ [field]: to, otp: await sentCode(world, to) });
    expect(json).toEqual({
      status: 1,
      message: "Two-factor authentication required",
      requires_2fa: true,
      temp_token: expect.any(String),
    });
    expect((await verify2fa(world, json.temp_token, app.code())).status).toBe(200);
  });
});

describe("guesses", () => {
  beforeEach(ada);

  it("of two hundred parallel wrong ones at most five are looked at, and then even the right one waits", async () => {
    const open = { RATE_LIMITS: JSON.stringify({ "login:ip": "100000/900" }) };
    const isolates = [besides(world, open), besides(world, open)];
    await send({ phone: PHONE });
    const otp = await sentCode(world, PHONE);
    const wrong = Array.from({ length: 201 }, (_, i) => String(i).padStart(6, "0")).filter((guess) => guess !== otp);
    const answers = await Promise.all(
      wrong.slice(0, 200).map((guess, i) => enter({ phone: PHONE, otp: guess }, isolates[i % 2])),
    );
    expect([statusesOf(answers, 401), statusesOf(answers, 429)]).toEqual([5, 195]);
    const refused = await enter({ phone: PHONE, otp });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    world.clock.advance(WINDOW);
    await send({ phone: PHONE });
    expect((await enter({ phone: PHONE, otp: await sentCode(world, PHONE) })).status).toBe(200);
  });

  it("a resend kills the old code and gives no new guesses", async () => {
    await send({ phone: PHONE });
    const first = await sentCode(world, PHONE);
    for (let i = 0; i < 4; i++) expect((await enter({ phone: PHONE, otp: another(first) })).status).toBe(401);
    await send({ phone: PHONE });
    const second = await sentCode(world, PHONE);
    expect((await enter({ phone: PHONE, otp: first })).status).toBe(401);
    expect((await enter({ phone: PHONE, otp: second })).status).toBe(429);
  });

  it("a sent one is in the audit log, with the account that it was for, if any", async () => {
    await send({ phone: PHONE });
    await send({ email: "nobody@example.com" });
    const sent = "SELECT actor, target FROM audit_log WHERE action = 'login.code_asked' ORDER BY id";
    const ada = await env.DB.prepare("SELECT public_id FROM users").first("public_id");
    const { results } = await env.DB.prepare(sent).all();
    expect(results).toEqual([
      { actor: null, target: ada },
      { actor: null, target: null },
    ]);
  });

  it("a failed one is in the audit log", async () => {
    await enter({ phone: PHONE, otp: "123456" });
    const newest = "SELECT action, result, target FROM audit_log ORDER BY id DESC LIMIT 1";
    expect(await env.DB.prepare(newest).first()).toEqual({ action: "login.failed", result: "failure", target: null });
  });
});

it("a code for one purpose is refused for another", async () => {
  await ada();
  const token = await logIn(world);
  await send({ phone: PHONE });
  const login = await sentCode(world, PHONE);
  await world.ask("/v1/auth/me", { method: "PATCH", token, json: { phone: PHONE } });
  const verification = await sentCode(world, PHONE);
  expect((await world.ask("/v1/auth/verify-phone", { token, json: { code: login } })).status).toBe(401);
  expect((await enter({ phone: PHONE, otp: verification })).status).toBe(401);
  expect((await enter({ phone: PHONE, otp: login })).status).toBe(200);
});

describe("an unknown recipient", () => {
  beforeEach(ada);

  it.each([
    [{ phone: PHONE }, { phone: "+14155550199" }],
    [{ email: ADA.email }, { email: "nobody@example.com" }],
  ])("gets the same answer as %j, at the same cost, and no message", async (known, unknown) => {
    const { bindings, operations } = counted();
    const isolate = besides(world, { ...bindings });
    const costOf = async (json: object, client: string) => {
      operations.length = 0;
      const headers = { "CF-Connecting-IP": client };
      const sent = await isolate.ask("/send-otp/", { json, headers });
      const tried = await isolate.ask("/otp-login/", { json: { ...json, otp: "junk" }, headers });
      const answers = [sent, tried].map(({ status, text, headers }) => [status, text, headers.get("RateLimit")]);
      // which service, and what is done to which table; parallel ones come in whichever order
      return { answers, operations: operations.map((each) => each.split(" ", 4).join(" ")).toSorted() };
    };
    await costOf({ phone: "+14155550111" }, "203.0.113.1"); // what an isolate reads once
    const cost = await costOf(known, "203.0.113.2");
    expect(await costOf(unknown, "203.0.113.3")).toEqual(cost);
    expect(cost.operations.length).toBeGreaterThan(10);
    expect(await messagesTo(world, Object.values(unknown)[0] ?? "")).toEqual([]);
  });
});

it.each([
  ["phone", [PHONE, "+1 415 555 0123", "+1 (415) 555-0123", "+1.415.555.0123", "+1-415-555-0123"]],
  ["email", [ADA.email, "ADA@example.com", "ada@EXAMPLE.com", "Ada@Example.Com", "aDA@example.com"]],
])("variants of a %s are one recipient: one budget, one code", async (field, spellings) => {
  await ada();
  for (const spelling of spellings) expect((await send({ [field]: spelling })).status).toBe(200);
  const sixth = await send({ [field]: spellings[0] });
  expect(sixth.status).toBe(429);
  expect(Number(sixth.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(sixth.headers.get("RateLimit-Policy")).toContain('"otp:send";q=5;w=900');
  const otp = await sentCode(world, spellings[0] ?? "");
  expect((await enter({ [field]: spellings[2], otp })).status).toBe(200);
});

it("KV down: 503, and neither a code nor a guess is spent", async () => {
  await ada();
  await send({ phone: PHONE });
  const otp = await sentCode(world, PHONE);
  const outage: Outage = { KV: true };
  const isolate = besides(world, { ...failing(outage) });
  for (let i = 0; i < 10; i++) {
    const answer = await enter({ phone: PHONE, otp: i % 2 === 0 ? otp : another(otp) }, isolate);
    expect(answer.status).toBe(503);
    expect(answer.json.status).toBe(0);
  }
  expect((await send({ phone: PHONE }, isolate)).status).toBe(503);
  outage.KV = false;
  expect((await enter({ phone: PHONE, otp }, isolate)).status).toBe(200);
});

describe("the first proof of an address by a code", () => {
  beforeEach(() => register(world));

  it("ends the other sessions and tells the account; the password stays", async () => {
    const before = await logIn(world);
    await send({ email: ADA.email });
    const otp = await sentCode(world, ADA.email);
    const answer = await enter({ email: ADA.email, otp });
    expect(answer.status).toBe(200);
    expect((await world.ask("/v1/auth/me", { token: before })).status).toBe(401);
    const [notice] = await messagesTo(world, ADA.email);
    expect(notice?.text).toContain("every other session was signed out");
    const me = await world.ask("/v1/auth/me", { token: answer.json.access_token });
    expect(me.json.email_verified).toBe(true);
    expect(await logIn(world)).toBeTypeOf("string");
  });

  it("is the first one only: a second code ends nothing and tells nobody", async () => {
    await send({ email: ADA.email });
    await enter({ email: ADA.email, otp: await sentCode(world, ADA.email) });
    const token = await logIn(world);
    await send({ email: ADA.email });
    const told = (await messagesTo(world, ADA.email)).length;
    expect((await enter({ email: ADA.email, otp: await sentCode(world, ADA.email) })).status).toBe(200);
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(200);
    expect(await messagesTo(world, ADA.email)).toHaveLength(told);
  });

  it("is none without the second factor: whoever can't show it takes the account back by a reset", async () => {
    const [squatted, password] = ["victim@example.com", "another horse battery"];
    await registerProtected(world, { email: squatted });
    await send({ email: squatted });
    const entered = await enter({ email: squatted, otp: await sentCode(world, squatted) });
    expect(entered.json).toMatchObject({ requires_2fa: true });
    await world.ask("/api/forgot-password", { json: { email: squatted } });
    const json = { token: await resetToken(world, squatted), newPassword: password };
    expect((await world.ask("/api/reset-password", { json })).status).toBe(200);
    expect(await logIn(world, { email: squatted, password })).toBeTypeOf("string");
  });

  it("where only verified addresses log in, drops the password, sessions and keys of whoever registered it", async () => {
    const squatter = await logIn(world);
    const made = await world.ask("/v1/auth/api-keys", { token: squatter, json: { name: "Back door" } });
    world = besides(world, { REQUIRE_VERIFIED_EMAIL: "true" });
    await send({ email: ADA.email });
    expect((await enter({ email: ADA.email, otp: await sentCode(world, ADA.email) })).status).toBe(200);
    const login = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
    expect(login.status).toBe(401);
    expect((await world.ask("/v1/auth/me", { token: squatter })).status).toBe(401);
    expect((await world.ask("/v1/auth/me", { headers: { "X-API-Key": made.json.key } })).status).toBe(401);
  });
});

it("a code by SMS proves no address: where only verified ones log in, it is 403", async () => {
  await ada();
  world = besides(world, { REQUIRE_VERIFIED_EMAIL: "true" });
  await send({ phone: PHONE });
  expect((await enter({ phone: PHONE, otp: await sentCode(world, PHONE) })).status).toBe(403);
});

it.each([
  [{}, "phone or email"],
  [{ phone: PHONE, email: ADA.email }, "phone or email"],
  [{ phone: "0123" }, "phone"],
  [{ email: "nobody" }, "email"],
])("%j is 400 and says why", async (json, why) => {
  for (const answer of [await send(json), await enter({ ...json, otp: "123456" })]) {
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ status: 0, message: expect.stringContaining(why) });
  }
});
