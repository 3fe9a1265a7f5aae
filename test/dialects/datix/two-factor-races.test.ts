import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { FaultyD1 } from "../../faulty-d1.ts";
import { besides, type Protected, registerProtected, verify2fa } from "../../two-factor.ts";
import { ADA, type Answered, emptyStorage, startWorld, type World } from "../../world.ts";

const WIDE = { RATE_LIMITS: '{"mfa:guess": "1000/900"}' };

beforeEach(emptyStorage);

async function tempToken(world: World, address = "203.0.113.7"): Promise<string> {
  const json = { email: ADA.email, password: ADA.password };
  return (await world.ask("/v1/auth/login", { json, headers: { "CF-Connecting-IP": address } })).json.temp_token;
}

async function tempTokens(world: World, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) tokens.push(await tempToken(world));
  return tokens;
}

function statusesOf(answers: readonly Answered[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function count(query: string): Promise<number> {
  return (await env.DB.prepare(`SELECT count(*) AS n FROM ${query}`).first<{ n: number }>())?.n ?? -1;
}

const openSessions = () => count("sessions WHERE NOT pending AND revoked_at IS NULL");

describe("raced twenty ways", () => {
  let world: World;
  let ada: Protected;
  beforeEach(async () => {
    world = startWorld(WIDE);
    ada = await registerProtected(world);
  });

  it("a backup code opens one of twenty logins, and the others stay open", async () => {
    const temps = await tempTokens(world, 20);
    const code = ada.backupCodes[0] ?? "";
    const answers = await Promise.all(temps.map((temp) => verify2fa(world, temp, code)));
    expect(statusesOf(answers)).toEqual({ 200: 1, 401: 19 });
    expect(await count("backup_codes")).toBe(9);
    expect(await openSessions()).toBe(2);
    expect(await count("sessions WHERE pending")).toBe(19);
  });

  it("a time step opens one of twenty logins", async () => {
    const temps = await tempTokens(world, 20);
    const answers = await Promise.all(temps.map((temp) => verify2fa(world, temp, ada.app.code())));
    expect(statusesOf(answers)).toEqual({ 200: 1, 401: 19 });
    expect(await openSessions()).toBe(2);
  });

  it("a temp_token opens one session with one code", async () => {
    const temp = await tempToken(world);
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify2fa(world, temp, ada.app.code())));
    expect(statusesOf(answers)).toEqual({ 200: 1, 401: 19 });
    expect(await openSessions()).toBe(2);
    expect(await count("audit_log WHERE action = 'session.opened'")).toBe(2);
  });

  it("a temp_token with twenty right codes opens one session and spends one code", async () => {
    const temp = await tempToken(world);
    const codes = [...ada.backupCodes, ...Array.from({ length: 10 }, () => ada.app.code())];
    const answers = await Promise.all(codes.map((code) => verify2fa(world, temp, code)));
    expect(statusesOf(answers)).toEqual({ 200: 1, 401: 19 });
    expect(await openSessions()).toBe(2);
    const step = await env.DB.prepare("SELECT last_step AS n FROM second_factors").first<{ n: number }>();
    const stepWasSpent = step?.n === Math.floor(world.clock.now() / 30);
    expect(await count("backup_codes")).toBe(stepWasSpent ? 10 : 9);
  });

  it("the losers of a temp_token count as no wrong guesses", async () => {
    const narrow = besides(world);
    const temp = await tempToken(narrow);
    const answers = await Promise.all(ada.backupCodes.slice(0, 5).map((code) => verify2fa(narrow, temp, code)));
    expect(statusesOf(answers)).toEqual({ 200: 1, 401: 4 });
    const next = await tempToken(narrow);
    for (let guess = 1; guess <= 4; guess++) await verify2fa(narrow, next, ada.app.wrongCode());
    expect((await verify2fa(narrow, next, ada.app.code())).status).toBe(200);
  });
});

describe("the budget of wrong codes", () => {
  let world: World;
  let ada: Protected;
  beforeEach(async () => {
    world = startWorld();
    ada = await registerProtected(world);
  });

  it("is five, then even the right code waits", async () => {
    const temp = await tempToken(world);
    for (let guess = 1; guess <= 5; guess++) {
      const refused = await verify2fa(world, temp, ada.app.wrongCode());
      expect(refused.status).toBe(401);
      expect(refused.headers.get("RateLimit-Policy")).toBe('"mfa:guess";q=5;w=900, "login:ip";q=100;w=900');
      expect(refused.headers.get("RateLimit")).toMatch(new RegExp(`^"mfa:guess";r=${5 - guess};t=\\d+, `));
    }
    for (const code of [ada.app.code(), ada.backupCodes[0] ?? ""]) {
      const limited = await verify2fa(world, temp, code);
      expect([limited.status, limited.json.code]).toEqual([429, "too_many_requests"]);
      expect(Number(limited.headers.get("Retry-After"))).toBeGreaterThan(0);
    }
    expect(await count("backup_codes")).toBe(10);
  });

  it("is not renewed by another login, nor from another address", async () => {
    for (let guess = 1; guess <= 5; guess++) {
      expect((await verify2fa(world, await tempToken(world), ada.app.wrongCode())).status).toBe(401);
    }
    const elsewhere = await tempToken(world, "198.51.100.9");
    const json = { temp_token: elsewhere, code: ada.app.code() };
    const limited = await world.ask("/v1/auth/verify-2fa", { json, headers: { "CF-Connecting-IP": "198.51.100.9" } });
    expect(limited.status).toBe(429);
  });

  it("is not renewed by a success in between, which itself costs nothing", async () => {
    for (const wrong of [4, 1]) {
      for (let guess = 1; guess <= wrong; guess++) await verify2fa(world, await tempToken(world), ada.app.wrongCode());
      const answer = await verify2fa(world, await tempToken(world), ada.app.code());
      expect(answer.status).toBe(wrong === 4 ? 200 : 429);
      world.clock.advance(30);
    }
  });

  it("is whole again after 15 minutes", async () => {
    for (let guess = 1; guess <= 5; guess++) await verify2fa(world, await tempToken(world), ada.app.wrongCode());
    world.clock.advance(16 * 60);
    expect((await verify2fa(world, await tempToken(world), ada.app.code())).status).toBe(200);
  });

  it("is one for all rows that take a code", async () => {
    for (let guess = 1; guess <= 3; guess++) await verify2fa(world, await tempToken(world), ada.app.wrongCode());
    const disable = (code: string) =>
      world.ask("/v1/auth/disable-2fa", { token: ada.token, json: { password: ADA.password, code } });
    expect((await disable(ada.app.wrongCode())).status).toBe(401);
    expect((await disable(ada.app.wrongCode())).status).toBe(401);
    expect((await disable(ada.app.code())).status).toBe(429);
    expect((await verify2fa(world, await tempToken(world), ada.app.code())).status).toBe(429);
  });

  it("is each account's own", async () => {
    const bob = { email: "bob@example.com", full_name: "Bob", organization_name: "Bob's" };
    const { app } = await registerProtected(world, bob);
    for (let guess = 1; guess <= 6; guess++) await verify2fa(world, await tempToken(world), ada.app.wrongCode());
    const { json } = await world.ask("/v1/auth/login", { json: { email: bob.email, password: ADA.password } });
    expect((await verify2fa(world, json.temp_token, app.code())).status).toBe(200);
  });

  it("is never exceeded by a burst of fifty, over one login or over many", async () => {
    const temps = [...(await tempTokens(world, 5)), ...Array<string>(45).fill(await tempToken(world))];
    const answers = await Promise.all(temps.map((temp) => verify2fa(world, temp, ada.app.wrongCode())));
    expect(statusesOf(answers)).toEqual({ 401: 5, 429: 45 });
    expect(await count("audit_log WHERE action = 'login.second_factor_failed'")).toBe(5);
  });

  it("counts a wrong code for its client too", async () => {
    const strict = besides(world, { RATE_LIMITS: '{"login:ip": "2/900"}' });
    const temp = await tempToken(strict);
    for (const status of [401, 401, 429]) {
      expect((await verify2fa(strict, temp, ada.app.wrongCode())).status).toBe(status);
    }
  });
});

describe("a fault of ours", () => {
  it("in the middle of verify-2fa spends no code, no login and no guess", async () => {
    const db = new FaultyD1();
    const world = startWorld({ DB: db });
    const ada = await registerProtected(world);
    const temp = await tempToken(world);
    db.breaksBatches = true;
    for (const code of [...ada.backupCodes.slice(0, 4), ...Array<string>(4).fill(ada.app.code())]) {
      const answer = await verify2fa(world, temp, code);
      expect([answer.status, answer.json.code]).toEqual([503, "unavailable"]);
    }
    expect(await openSessions()).toBe(1);
    db.breaksBatches = false;
    expect(await count("backup_codes")).toBe(10);
    for (let guess = 1; guess <= 4; guess++) await verify2fa(world, temp, ada.app.wrongCode());
    expect((await verify2fa(world, temp, ada.app.code())).status).toBe(200);
  });

  it.each(["enable-2fa", "confirm-2fa", "disable-2fa", "backup-codes"])("in %s changes nothing", async (path) => {
    const db = new FaultyD1();
    const world = startWorld({ DB: db });
    const { token, app } = await registerProtected(world);
    if (path === "enable-2fa" || path === "confirm-2fa") {
      await world.ask("/v1/auth/disable-2fa", { token, json: { password: ADA.password, code: app.code() } });
      await world.ask("/v1/auth/enable-2fa", { method: "POST", token });
    }
    const tables = ["second_factors", "backup_codes", "sessions", "audit_log"];
    const state = async () => Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).raw()));
    const before = await state();
    db.breaksBatches = true;
    const code = path === "confirm-2fa" ? await codeOfSetup(world) : app.code();
    const answer = await world.ask(`/v1/auth/${path}`, { token, json: { password: ADA.password, code } });
    expect([answer.status, answer.json.code]).toEqual([503, "unavailable"]);
    expect(await state()).toEqual(before);
  });

  it("of the limiter refuses guesses, and spends nothing", async () => {
    const world = startWorld();
    const ada = await registerProtected(world);
    const temp = await tempToken(world);
    const broken = { getByName: () => ({ reserve: () => Promise.reject(new Error("down")) }) };
    const limitless = besides(world, { LIMITER: broken });
    expect((await verify2fa(limitless, temp, ada.app.code())).status).toBe(503);
    expect((await verify2fa(world, temp, ada.app.code())).status).toBe(200);
  });
});

/** The current code of the unconfirmed secret, which only the sealer can read. */
async function codeOfSetup(world: World): Promise<string> {
  const row = await env.DB.prepare(
    "SELECT public_id, sealed_secret FROM second_factors JOIN users ON users.id = user_id",
  ).first<{ public_id: string; sealed_secret: string }>();
  const { oneTimePassword, timeStep } = await import("../../../src/crypto/totp.ts");
  const secret = await world.core.sealer.open({
    purpose: "totp-secret",
    context: row?.public_id ?? "",
    sealed: row?.sealed_secret ?? "",
  });
  return oneTimePassword(secret, timeStep(world.clock.now()));
}
