import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { counted } from "../../bindings.ts";
import { linkToken, messagesTo, resetToken, verificationToken } from "../../mail.ts";
import { registerProtected } from "../../two-factor.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const NEW_PASSWORD = "another horse battery";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  await world.ask(`/api/verify-email/${await verificationToken(world, ADA.email)}`);
});
afterEach(() => void vi.restoreAllMocks());

function forgot(email: string, at = world): Promise<Answered> {
  return at.ask("/api/forgot-passsword", { json: { email } });
}

function reset(token: string, newPassword = NEW_PASSWORD): Promise<Answered> {
  return world.ask("/api/reset-passsword", { json: { token, newPassword } });
}

async function askedToken(): Promise<string> {
  expect((await forgot(ADA.email)).json).toEqual({ status: "ok" });
  return resetToken(world, ADA.email);
}

describe("forgot", () => {
  /** One request in a fresh isolate: its answer and all that it cost, before it and after. */
  async function cost(email: string) {
    const { bindings, operations } = counted();
    const isolate = startWorld({ ...bindings });
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    const { status, headers, text } = await forgot(email, isolate);
    // of a message that was never written the note says something else, in a statement like the other
    const done = operations.map((each) => (each.startsWith('DB update "outbox"') ? "DB update outbox" : each));
    return { answer: [status, text, [...headers.keys()]], operations: done, derivations: derive.mock.calls.length };
  }

  it("answers a known and an unknown address alike, for the same hashing and the same calls of every binding", async () => {
    const known = await cost(ADA.email);
    const unknown = await cost("nobody@example.com");
    expect(unknown).toEqual(known);

    // and the comparison is of something
    expect(known).toMatchObject({ answer: [200, '{"status":"ok"}', expect.any(Array)], derivations: 0 });
    expect(known.operations).toHaveLength(5);
    expect(await messagesTo(world, ADA.email)).toHaveLength(2);
    expect(await messagesTo(world, "nobody@example.com")).toEqual([]);
  });

  it("takes both spellings, of reset too", async () => {
    await world.ask("/api/forgot-password", { json: { email: ADA.email } });
    const json = { token: await resetToken(world, ADA.email), newPassword: NEW_PASSWORD };
    expect((await world.ask("/api/reset-password", { json })).json).toEqual({ status: "ok" });
  });

  it("stops after five mails an hour to one address, known or not, whatever its case", async () => {
    for (const email of [ADA.email, "nobody@example.com"]) {
      const spellings = [email, email.toUpperCase(), email, email, email, email];
      const statuses: number[] = [];
      for (const spelling of spellings) statuses.push((await forgot(spelling)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    }
  });

  it("links to the issuer, whatever the request's headers say", async () => {
    const headers = {
      Host: "evil.example",
      "X-Forwarded-Host": "evil.example",
      Forwarded: "host=evil.example;proto=https",
      "X-Original-URL": "https://evil.example/",
    };
    await world.ask("/api/forgot-passsword", { json: { email: ADA.email }, headers });
    const [mail] = await messagesTo(world, ADA.email);
    expect(mail?.text).toContain("http://localhost:8787/reset-password?token=");
    expect(JSON.stringify(mail)).not.toContain("evil");
  });

  it("writes in the reader's language", async () => {
    await world.ask("/api/forgot-passsword", { json: { email: ADA.email }, headers: { "Accept-Language": "pt-BR" } });
    const [mail] = await messagesTo(world, ADA.email);
    expect(mail?.html).toContain('<html lang="pt">');
  });
});

describe("reset", () => {
  it("sets the password; the old one, every session and every refresh token are dead", async () => {
    const session = await logIn(world);
    const { json: dyzo } = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
    expect((await reset(await askedToken())).json).toEqual({ status: "ok" });
    expect(await logIn(world)).toBeUndefined();
    expect(await logIn(world, { password: NEW_PASSWORD })).toBeTypeOf("string");
    expect((await world.ask("/v1/auth/me", { token: session })).status).toBe(401);
    expect((await world.ask("/v1/auth/verify", { token: session })).status).toBe(401);
    world.clock.advance(3_600);
    const headers = { "X-Refresh-Token": dyzo.refresh_token };
    expect((await world.ask("/v1/auth/me", { token: dyzo.access_token, headers })).status).toBe(401);
  });

  it("logs nobody in, and tells the account by mail", async () => {
    const answer = await reset(await askedToken());
    expect(answer.json).toEqual({ status: "ok" });
    const { results } = await world.bindings.DB.prepare("SELECT id FROM sessions WHERE revoked_at IS NULL").all();
    expect(results).toEqual([]);
    const [notice] = await messagesTo(world, ADA.email);
    expect(notice?.subject).toBe("Your password was changed");
  });

  it("lets one of four parallel resets win", async () => {
    const token = await askedToken();
    const passwords = [1, 2, 3, 4].map((n) => `${NEW_PASSWORD} ${n}`);
    const statuses = (await Promise.all(passwords.map((password) => reset(token, password)))).map((a) => a.status);
    expect([...statuses].sort()).toEqual([200, 404, 404, 404]);
    const winner = passwords[statuses.indexOf(200)];
    const logins = await Promise.all(passwords.map((password) => logIn(world, { password })));
    expect(logins.filter((token) => token !== undefined)).toHaveLength(1);
    expect(logins[passwords.indexOf(winner ?? "")]).toBeTypeOf("string");
  });

  it("leaves the link good when the password is too weak", async () => {
    const token = await askedToken();
    const weak = await reset(token, "short");
    expect(weak.status).toBe(400);
    expect(weak.json).toEqual({ status: "error", message: expect.stringContaining("8 characters") });
    expect((await reset(token)).status).toBe(200);
  });

  it("answers a used, an older, an unknown and an overdue link alike: 404", async () => {
    const older = await askedToken();
    const used = await askedToken();
    await reset(used);
    const overdue = await askedToken();
    world.clock.advance(30 * 60);
    const answers = await Promise.all([older, used, overdue, "A".repeat(43), ""].map((token) => reset(token)));
    for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]?.text]);
  });

  it("takes no link of another kind", async () => {
    await register(world, { email: "bob@example.com" });
    expect((await reset(await verificationToken(world, "bob@example.com"))).status).toBe(404);
    const token = await askedToken();
    expect((await world.ask(`/api/verify-email/${token}`)).status).toBe(404);
  });

  it("opens a login that was locked by wrong passwords", async () => {
    world = startWorld({ RATE_LIMITS: '{"login:account": "2/900"}' });
    for (let i = 0; i < 3; i++) await logIn(world, { password: "wrong password" });
    expect(await logIn(world)).toBeUndefined();
    await reset(await askedToken());
    expect(await logIn(world, { password: NEW_PASSWORD })).toBeTypeOf("string");
  });

  it("is in the audit log once, and names the account in both entries", async () => {
    await reset(await askedToken());
    const { results } = await world.bindings.DB.prepare(
      "SELECT action, target FROM audit_log WHERE action LIKE 'user.password%' ORDER BY id",
    ).all();
    const target = expect.stringMatching(/^user_/);
    expect(results).toEqual([
      { action: "user.password_reset_asked", target },
      { action: "user.password_reset", target },
    ]);
  });
});

describe("a reset of an address that nobody had proven", () => {
  const BOB = { email: "bob@example.com" };
  const VICTIM_PASSWORD = "mine and nobody else's";

  it("drops what was made before it, proves the address and makes the project", async () => {
    await register(world, BOB);
    const squatter = await logIn(world, BOB);
    await world.bindings.DB.prepare("UPDATE users SET phone = '+15557122661' WHERE email = ?").bind(BOB.email).run();
    await forgot(BOB.email);
    await reset(await resetToken(world, BOB.email), VICTIM_PASSWORD);
    expect((await world.ask("/v1/auth/me", { token: squatter })).status).toBe(401);
    const row = await world.bindings.DB.prepare(
      `SELECT phone, pending_email, email_verified_at IS NOT NULL AS verified,
        (SELECT count(*) FROM projects p JOIN members m USING (organization_id) WHERE m.user_id = users.id) AS projects
       FROM users WHERE email = ?`,
    )
      .bind(BOB.email)
      .first();
    expect(row).toEqual({ phone: null, pending_email: null, verified: 1, projects: 1 });
  });

  it("drops the squatter's second factor, API keys and links, in every isolate", async () => {
    const { token } = await registerProtected(world, BOB);
    const { key } = (await world.ask("/v1/auth/api-keys", { token, json: { name: "Squatter" } })).json;
    await world.ask("/v1/auth/me", { method: "PATCH", token, json: { email: "squatter@example.com" } });
    const change = await linkToken(world, { to: "squatter@example.com", path: "/confirm-email-change" });
    const other = startWorld({}, world.clock);
    const verifyKey = (at: World) => at.ask("/v1/auth/verify", { headers: { "X-API-Key": key } });
    // both isolates remember the key
    expect([(await verifyKey(world)).status, (await verifyKey(other)).status]).toEqual([200, 200]);

    await forgot(BOB.email);
    await reset(await resetToken(world, BOB.email), VICTIM_PASSWORD);
    expect((await verifyKey(world)).status).toBe(401);
    expect((await world.ask("/v1/auth/api-keys", { headers: { "X-API-Key": key } })).status).toBe(401);
    world.clock.advance(10);
    expect((await verifyKey(other)).status).toBe(401);
    const { email } = BOB;
    const { json } = await world.ask("/v1/auth/login", { json: { email, password: VICTIM_PASSWORD } });
    expect(json.user).toMatchObject({ two_factor_enabled: false });
    expect((await world.ask("/v1/auth/api-keys", { token: json.access_token })).json).toEqual({ api_keys: [] });
    const confirmed = await world.ask("/confirm-email-change", {
      body: new URLSearchParams({ token: change }),
      headers: { Origin: "http://localhost:8787" },
    });
    expect(confirmed.status).toBe(404);
  });

  it("drops the squatter's company credentials, with the tokens that they were given", async () => {
    await register(world, BOB);
    const token = await logIn(world, BOB);
    const made = await world.ask("/v1/auth/company-credentials", { token, json: { name: "Squatter" } });
    const { company_id: companyId } = made.json;
    const { json } = await world.ask("/auth/login", { json: { companyId } });
    await forgot(BOB.email);
    await reset(await resetToken(world, BOB.email), VICTIM_PASSWORD);
    const after = await Promise.all([
      world.ask("/auth/login", { json: { companyId } }),
      world.ask("/auth/refresh", { json: { refresh: json.refreshToken } }),
      world.ask("/v1/auth/verify", { token: json.accessToken }),
    ]);
    expect(after.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it("keeps the API keys of an address that was proven", async () => {
    await register(world, BOB);
    await world.ask(`/api/verify-email/${await verificationToken(world, BOB.email)}`);
    const token = await logIn(world, BOB);
    const { key } = (await world.ask("/v1/auth/api-keys", { token, json: { name: "Own" } })).json;
    await forgot(BOB.email);
    await reset(await resetToken(world, BOB.email), VICTIM_PASSWORD);
    expect((await world.ask("/v1/auth/verify", { headers: { "X-API-Key": key } })).status).toBe(200);
  });

  it("keeps the phone of an address that was proven", async () => {
    await world.bindings.DB.prepare("UPDATE users SET phone = '+15557122661' WHERE email = ?").bind(ADA.email).run();
    await reset(await askedToken());
    const row = await world.bindings.DB.prepare("SELECT phone FROM users WHERE email = ?").bind(ADA.email).first();
    expect(row).toEqual({ phone: "+15557122661" });
  });
});
