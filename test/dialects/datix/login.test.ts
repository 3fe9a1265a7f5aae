import { env } from "cloudflare:workers";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";
import { expectProblem, WRONG_CREDENTIALS } from "./problem.ts";

let world: World;
let ada: { id: string; organization_id: string };
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = (await register(world)).json;
});

const CREDENTIALS = { email: ADA.email, password: ADA.password };
const ask = (json: unknown) => world.ask("/v1/auth/login", { json });
const audited = async () =>
  (await env.DB.prepare("SELECT action, result, actor, target FROM audit_log WHERE action LIKE '%log%'").all()).results;

describe("POST /login", () => {
  it("answers 200 with a token and the user", async () => {
    const answer = await ask(CREDENTIALS);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(answer.json).toEqual({
      access_token: expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: "bearer",
      expires_in: 3600,
      user: {
        id: ada.id,
        email: "ada@example.com",
        full_name: "Ada Lovelace",
        role: "admin",
        organization_id: ada.organization_id,
        two_factor_enabled: false,
      },
    });
  });

  it("the token is an RFC 9068 access token of the session, signed by a published key", async () => {
    const token = await logIn(world);
    const jwks = await world.ask("/.well-known/jwks.json");
    expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256", typ: "at+jwt", kid: jwks.json.keys[0].kid });
    const now = world.clock.now();
    expect(decodeJwt(token)).toEqual({
      iss: "http://localhost:8787",
      aud: "http://localhost:8787",
      sub: ada.id,
      iat: now,
      exp: now + 3600,
      jti: expect.stringMatching(/^[0-9A-Za-z]{22}$/),
      sid: expect.stringMatching(/^ses_[0-9A-Za-z]{22}$/),
      client_id: "datix",
      kind: "user",
      org: ada.organization_id,
      role: "admin",
      amr: ["pwd"],
      auth_time: now,
    });
  });

  it("ISSUER, AUDIENCE and ACCESS_TOKEN_TTL_SECONDS are what the token says", async () => {
    const own = { ISSUER: "http://auth.test/", AUDIENCE: "api", ACCESS_TOKEN_TTL_SECONDS: "60" };
    const answer = await startWorld(own).ask("/v1/auth/login", { json: CREDENTIALS });
    expect(answer.json.expires_in).toBe(60);
    expect(decodeJwt(answer.json.access_token)).toMatchObject({ iss: "http://auth.test", aud: "api" });
  });

  it("takes the email in any case", async () => {
    expect((await ask({ ...CREDENTIALS, email: "ADA@Example.Com" })).status).toBe(200);
  });

  it.each([
    ["a wrong password", { ...CREDENTIALS, password: "correct horse batterx" }],
    ["the right one in another case", { ...CREDENTIALS, password: ADA.password.toUpperCase() }],
    ["the right one and a space", { ...CREDENTIALS, password: `${ADA.password} ` }],
    ["a password past 1,024 bytes", { ...CREDENTIALS, password: "x".repeat(1_025) }],
    ["an unknown address", { ...CREDENTIALS, email: "bob@example.com" }],
  ])("%s is 401", async (_, json) => {
    expectProblem(await ask(json), WRONG_CREDENTIALS);
  });

  it.each(["email", "password"])("without %s it is 400", async (field) => {
    const answer = await ask({ ...CREDENTIALS, [field]: undefined });
    expectProblem(answer, { status: 400, code: "invalid_input", detail: `${field} is required`, field });
  });

  it("an empty password is 400", async () => {
    const detail = "password must not be empty";
    const answer = await ask({ ...CREDENTIALS, password: "" });
    expectProblem(answer, { status: 400, code: "invalid_input", detail, field: "password" });
  });

  it("both outcomes are in the audit log; of an unknown address nothing but that it was tried", async () => {
    await ask(CREDENTIALS);
    await ask({ ...CREDENTIALS, password: "wrong password" });
    await ask({ ...CREDENTIALS, email: "bob@example.com" });
    expect(await audited()).toEqual([
      { action: "login.failed", result: "failure", actor: null, target: ada.id },
      { action: "login.failed", result: "failure", actor: null, target: null },
    ]);
    const opened = await env.DB.prepare("SELECT * FROM audit_log WHERE action = 'session.opened'").first();
    expect(opened).toMatchObject({ result: "success", actor: ada.id, organization: ada.organization_id });
  });
});

describe("a hash that costs less than today's", () => {
  const storedHash = () => env.DB.prepare("SELECT password_hash FROM users").first<string>("password_hash");

  it("is replaced at the next good login, not at a wrong one, and the password stays", async () => {
    const costlier = startWorld({ PASSWORD_HASH_ROUNDS: 2 });
    const before = await storedHash();
    await logIn(costlier, { password: "wrong password" });
    expect(await storedHash()).toBe(before);
    expect(await logIn(costlier)).toMatch(/^ey/);
    const after = await storedHash();
    expect(after).not.toBe(before);
    expect(await logIn(costlier)).toMatch(/^ey/);
    expect(await storedHash()).toBe(after);
  });

  it("is not replaced for its seal: what an older master key sealed opens, and waits for the cron trigger", async () => {
    const rotated = startWorld({ MASTER_KEYS: `2:${"K".repeat(42)}A,${env.MASTER_KEYS}` });
    const before = await storedHash();
    expect(before).toMatch(/^1\./);
    expect(await logIn(rotated)).toMatch(/^ey/);
    expect(await storedHash()).toBe(before);
    await runCron(rotated.core);
    expect(await storedHash()).toMatch(/^2\./);
    expect(await logIn(rotated)).toMatch(/^ey/);
  });
});
