import { beforeEach, describe, expect, it } from "vitest";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const PHONE = "+14155550123";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  await world.bindings.DB.prepare("UPDATE users SET phone = ?").bind(PHONE).run();
});

function send(json: object): Promise<Answered> {
  return world.ask("/send-otp/", { json });
}

function enter(json: object): Promise<Answered> {
  return world.ask("/otp-login/", { json });
}

/** The code that the newest message to the recipient bears. */
async function mailedCode(to: string): Promise<string> {
  const row = await world.bindings.DB.prepare("SELECT text FROM outbox WHERE recipient = ? ORDER BY seq DESC")
    .bind(to)
    .first<{ text: string }>();
  return /\b\d{6}\b/.exec(row?.text ?? "")?.[0] ?? "";
}

async function messagesTo(to: string): Promise<number> {
  const row = await world.bindings.DB.prepare("SELECT count(*) AS n FROM outbox WHERE recipient = ?").bind(to).first();
  return Number(row?.n);
}

describe.each([
  ["phone", PHONE],
  ["email", ADA.email],
])("a code sent by %s", (field, to) => {
  it("logs in once, with the documented answer and the employee", async () => {
    const sent = await send({ [field]: to });
    expect(sent.status).toBe(200);
    expect(sent.json).toEqual({ status: 1, message: expect.any(String) });
    const otp = await mailedCode(to);
    const answer = await enter({ [field]: to, otp });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ status: 1, access_token: expect.any(String), employee: { email: ADA.email } });
    expect((await world.ask("/v1/auth/me", { token: answer.json.access_token })).status).toBe(200);
    const again = await enter({ [field]: to, otp });
    expect(again.status).toBe(401);
    expect(again.json).toEqual({ status: 0, message: "The code is wrong or no longer good" });
  });

  it("of eight parallel right ones exactly one logs in", async () => {
    await send({ [field]: to });
    const otp = await mailedCode(to);
    const answers = await Promise.all(Array.from({ length: 8 }, () => enter({ [field]: to, otp })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

it("unknown recipients get the same answer, and no message", async () => {
  const known = await send({ phone: PHONE });
  const unknown = await send({ phone: "+14155550199" });
  expect(unknown.status).toBe(known.status);
  expect(unknown.text).toBe(known.text);
  expect(await messagesTo("+14155550199")).toBe(0);
  const mail = await send({ email: "nobody@example.com" });
  expect(mail.text).toBe(known.text);
  expect(await messagesTo("nobody@example.com")).toBe(0);
});

it("variants of one recipient share one budget", async () => {
  const spellings = ["+14155550123", "+1 415 555 0123", "+1 (415) 555-0123", "+1.415.555.0123", "+1-415-555-0123"];
  for (const phone of spellings) expect((await send({ phone })).status).toBe(200);
  const sixth = await send({ phone: PHONE });
  expect(sixth.status).toBe(429);
  expect(Number(sixth.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(sixth.headers.get("RateLimit-Policy")).toContain('"otp:send";q=5;w=900');
});

it("five wrong codes, and then even the right one is refused", async () => {
  await send({ phone: PHONE });
  const otp = await mailedCode(PHONE);
  const wrong = otp === "000000" ? "000001" : "000000";
  for (let i = 0; i < 5; i++) expect((await enter({ phone: PHONE, otp: wrong })).status).toBe(401);
  expect((await enter({ phone: PHONE, otp })).status).toBe(429);
});

it("the first proof of an address by a code ends the other sessions and tells the account", async () => {
  const before = await logIn(world);
  await send({ email: ADA.email });
  const told = await messagesTo(ADA.email);
  const answer = await enter({ email: ADA.email, otp: await mailedCode(ADA.email) });
  expect(answer.status).toBe(200);
  expect((await world.ask("/v1/auth/me", { token: before })).status).toBe(401);
  expect(await messagesTo(ADA.email)).toBe(told + 1);
  expect(await logIn(world)).toBeTypeOf("string");
});

it("where only verified addresses log in, a code drops the password of whoever registered the address", async () => {
  world = startWorld({ REQUIRE_VERIFIED_EMAIL: "true" });
  await send({ email: ADA.email });
  expect((await enter({ email: ADA.email, otp: await mailedCode(ADA.email) })).status).toBe(200);
  const login = await world.ask("/login", { json: { email: ADA.email, password: ADA.password } });
  expect(login.status).toBe(401);
});

it.each([
  [{}, "phone"],
  [{ phone: PHONE, email: ADA.email }, "phone"],
  [{ phone: "0123" }, "phone"],
  [{ email: "nobody" }, "email"],
])("%j is 400 and names %s", async (json, field) => {
  const answer = await send(json);
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ status: 0, message: expect.stringContaining(field) });
});
