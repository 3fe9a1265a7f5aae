import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusalIn } from "../../contract.ts";
import { messagesTo } from "../../mail.ts";
import { provePhone } from "../../phones.ts";
import { accessTokenInfo, CLIENT_ID, type GoogleStandIn, idToken, standInForGoogle } from "../../standins/google.ts";
import { registerProtected, verify2fa } from "../../two-factor.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const ACCESS_TOKEN = "ya29.a0AfB_by";
const CERTS = "/oauth2/v3/certs";

let world: World;
let google: GoogleStandIn;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld({ GOOGLE_CLIENT_ID: CLIENT_ID });
  google = standInForGoogle();
});
afterEach(() => {
  vi.restoreAllMocks();
});

function enter(token: string, email?: string): Promise<Answered> {
  return world.ask("/api/google-login/", { json: { token, ...(email === undefined ? {} : { email }) } });
}

const token = (claims: object = {}, how: { by?: string; header?: object } = {}) =>
  idToken(world.clock.now(), claims, how);

const userCount = () => env.DB.prepare("SELECT count(*) AS n FROM users").first("n");

describe("a good token", () => {
  it("of somebody new makes an account, a team and a project, and gives the documented answer", async () => {
    const answer = await enter(await token(), ADA.email);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      status: 1,
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      employee: {
        _id: expect.any(Number),
        first_name: "Ada",
        last_name: "King",
        email: ADA.email,
        companyId: expect.any(Number),
        designation: "",
        isActive: true,
      },
    });
    const me = await world.ask("/v1/auth/me", { token: answer.json.access_token });
    expect(me.json).toMatchObject({ email_verified: true, role: "admin", organization_id: expect.any(String) });
    expect(await env.DB.prepare("SELECT name FROM projects").first()).toEqual({ name: "Default" });
  });

  it("is of the subject: who changes the address at Google is the same user", async () => {
    const first = await enter(await token());
    const second = await enter(await token({ email: "countess@example.com" }));
    expect(second.json.employee._id).toBe(first.json.employee._id);
    expect(await userCount()).toBe(1);
  });

  it("may have either spelling of the issuer, and an address in any case", async () => {
    expect((await enter(await token({ iss: "accounts.google.com", email: "Ada@Example.com" }))).status).toBe(200);
    expect((await enter(await token(), "ADA@EXAMPLE.COM")).status).toBe(200);
    expect(await userCount()).toBe(1);
  });

  it("makes one user of five parallel first logins", async () => {
    const first = await token();
    const answers = await Promise.all(Array.from({ length: 5 }, () => enter(first)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(await userCount()).toBe(1);
  });

  it("may be an OAuth access token that was given to our own client id", async () => {
    google.accessTokens.set(ACCESS_TOKEN, accessTokenInfo(world.clock.now()));
    expect((await enter(ACCESS_TOKEN, ADA.email)).json.employee).toMatchObject({ email: ADA.email, first_name: "ada" });
    expect(google.asked).toEqual(["/tokeninfo"]);
  });
});

describe("refused with 401, and nothing made:", () => {
  const START = 1_767_225_600;
  const cases: Record<string, () => Promise<string>> = {
    "another application's audience": () => token({ aud: "other.apps.googleusercontent.com" }),
    "another issuer": () => token({ iss: "https://accounts.example.com" }),
    "another's key under Google's name": () => token({}, { by: "stranger", header: { kid: "g1" } }),
    "a key that Google doesn't publish": () => token({}, { by: "stranger" }),
    "an expired token": () => token({ iat: START - 3_600, exp: START }),
    "a token of the future": () => token({ iat: START + 600, exp: START + 4_200 }),
    "an unverified address": () => token({ email_verified: false }),
    "no word on whether the address is verified": () => token({ email_verified: undefined }),
    "no address": () => token({ email: undefined }),
    "an access token's type": () => token({}, { header: { typ: "at+jwt" } }),
    "no signature": async () =>
      (await token()).replace(/^[^.]+/, btoa('{"alg":"none","kid":"g1"}').replace(/=+$/, "")).replace(/[^.]+$/, ""),
    "our own access token": async () => {
      const { json } = await enter(await token());
      await env.DB.batch(
        ["identities", "sessions", "members", "projects", "users"].map((table) =>
          env.DB.prepare(`DELETE FROM ${table}`),
        ),
      );
      return json.access_token;
    },
    "what is longer than any token": async () => "y".repeat(8_193),
    "what is no JWT and no access token that Google knows": async () => "eyJ.e30.x",
  };
  it.each(Object.entries(cases))("%s", async (_name, make) => {
    const answer = await enter(await make());
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ status: 0, message: "The Google token was refused" });
    expect(await userCount()).toBe(0);
  });

  it("another's address in the body, whether or not they have an account", async () => {
    expect((await enter(await token(), "mallory@example.com")).status).toBe(401);
    expect(await userCount()).toBe(0);
    await register(world, { email: "mallory@example.com" });
    expect((await enter(await token(), "mallory@example.com")).status).toBe(401);
    expect(await userCount()).toBe(1);
  });

  it.each([
    ["another application's", { aud: "other.apps.googleusercontent.com" }],
    ["an expired", { exp: `${START}` }],
    ["an unverified", { email_verified: "false" }],
    ["a nameless", { sub: undefined }],
    ["an unaddressed", { email: undefined }],
  ])("%s access token", async (_name, change) => {
    google.accessTokens.set(ACCESS_TOKEN, accessTokenInfo(world.clock.now(), change));
    expect((await enter(ACCESS_TOKEN)).status).toBe(401);
    expect(await userCount()).toBe(0);
  });

  it("every token while no client id is configured, without a call to Google", async () => {
    world = startWorld();
    expect((await enter(await token())).status).toBe(401);
    expect((await enter(ACCESS_TOKEN)).status).toBe(401);
    expect(google.asked).toEqual([]);
  });

  it("and it stands in the logs, and is counted against the client", async () => {
    const { headers } = await enter("junk");
    expect(headers.get("RateLimit")).toMatch(/^"login:ip";r=99;/);
    expect(refusalIn(world.log.lines, headers.get("X-Request-Id"))).toBe("identity_refused");
    const newest = "SELECT action, result FROM audit_log ORDER BY id DESC LIMIT 1";
    expect(await env.DB.prepare(newest).first()).toEqual({ action: "login.failed", result: "failure" });
  });
});

describe("an account that was registered with the address before", () => {
  it("loses, while unverified, everything that whoever registered it made", async () => {
    const { token: squatter } = await registerProtected(world);
    await provePhone(world, { token: squatter, phone: "+14155550123" });
    const key = await world.ask("/v1/auth/api-keys", { token: squatter, json: { name: "Back door" } });
    const { json } = await enter(await token());
    expect(json.access_token).toEqual(expect.any(String));
    const said =
      "SELECT action FROM audit_log WHERE action IN ('user.identity_linked', 'user.unproven_past_dropped', 'user.email_verified') ORDER BY action";
    const { results } = await env.DB.prepare(said).all();
    expect(results.map(({ action }) => action)).toEqual([
      ...["user.email_verified", "user.identity_linked", "user.unproven_past_dropped"],
    ]);

    const me = await world.ask("/v1/auth/me", { token: json.access_token });
    expect(me.json).toMatchObject({ two_factor_enabled: false, phone: null, email_verified: true });
    const login = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
    expect(login.status).toBe(401);
    expect((await world.ask("/v1/auth/me", { token: squatter })).status).toBe(401);
    expect((await world.ask("/v1/auth/me", { headers: { "X-API-Key": key.json.key } })).status).toBe(401);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM backup_codes").first("n")).toBe(0);
    expect(await userCount()).toBe(1);
  });

  it("keeps, once verified, its password, sessions and second factor, which is asked for", async () => {
    const { app, token: before } = await registerProtected(world);
    await env.DB.prepare("UPDATE users SET email_verified_at = 1").run();
    const { json } = await enter(await token());
    expect(json).toEqual({
      status: 1,
      message: "Two-factor authentication required",
      requires_2fa: true,
      temp_token: expect.any(String),
    });
    expect((await verify2fa(world, json.temp_token, app.code())).status).toBe(200);
    expect((await world.ask("/v1/auth/me", { token: before })).status).toBe(200);
    expect(await userCount()).toBe(1);
  });

  it("is told by mail that it was linked, once, in the caller's language", async () => {
    await register(world);
    await env.DB.prepare("UPDATE users SET email_verified_at = 1").run();
    const before = (await messagesTo(world, ADA.email)).length;
    const headers = { "Accept-Language": "pt-BR" };
    for (let i = 0; i < 2; i++) {
      await world.ask("/api/google-login/", { headers, json: { token: await token() } });
    }
    const told = await messagesTo(world, ADA.email);
    expect(told).toHaveLength(before + 1);
    expect(told[0]?.subject).toBe("Uma conta do Google foi vinculada à sua conta");
  });

  it("keeps its password when it has no second factor either", async () => {
    await register(world);
    await env.DB.prepare("UPDATE users SET email_verified_at = 1").run();
    expect((await enter(await token())).status).toBe(200);
    expect(await logIn(world)).toEqual(expect.any(String));
  });

  it("has credentials of a new version then: a login under way with the dropped password opens nothing", async () => {
    await register(world);
    const proven = await world.core.users.credentialByEmail(ADA.email);
    await enter(await token());
    const now = await world.core.users.credentialByEmail(ADA.email);
    expect(now?.version).toBe((proven?.version ?? 0) + 1);
  });
});

describe("Google's keys", () => {
  const certs = () => google.asked.filter((path) => path === CERTS).length;

  it("are kept for the lifetime that Google gives them", async () => {
    for (let i = 0; i < 3; i++) await enter(await token());
    expect(certs()).toBe(1);
    world.clock.advance(19_799);
    await enter(await token());
    expect(certs()).toBe(1);
    world.clock.advance(1);
    await enter(await token());
    expect(certs()).toBe(2);
  });

  it("are fetched again for a key that is new, at once", async () => {
    await enter(await token());
    google.published = ["g1", "g2"];
    expect((await enter(await token({}, { by: "g2" }))).status).toBe(200);
    expect(certs()).toBe(2);
  });

  it("are fetched again once, however many names are invented", async () => {
    await enter(await token());
    for (let i = 0; i < 5; i++) expect((await enter(await token({}, { header: { kid: `x${i}` } }))).status).toBe(401);
    expect(certs()).toBe(2);
  });

  it("that are gone from Google are good no longer once the lifetime is over", async () => {
    await enter(await token());
    google.published = ["g2"];
    world.clock.advance(19_800);
    expect((await enter(await token())).status).toBe(401);
  });
});

it.each(["an ID token", "an access token"])("Google down: 503 for %s, and nothing counted or told", async (kind) => {
  google.trouble = () => new Response("oops", { status: 500 });
  const answer = await enter(kind === "an ID token" ? await token() : ACCESS_TOKEN);
  expect(answer.status).toBe(503);
  expect(answer.headers.get("Retry-After")).toBe("1");
  expect(answer.headers.get("RateLimit")).toMatch(/^"login:ip";r=100;/);
  expect(world.log.lines.join("\n")).not.toContain(ACCESS_TOKEN);
});

it("an address that its former account may still take back is 409, and nothing is made", async () => {
  await register(world);
  const ada = await logIn(world);
  const { clock, core } = world;
  await world.ask("/v1/auth/me", { method: "PATCH", token: ada, json: { email: "countess@example.com" } });
  await env.DB.prepare("UPDATE users SET email = 'countess@example.com', pending_email = NULL").run();
  expect(await core.users.isEmailTaken(ADA.email, clock.now())).toBe(true);
  expect((await enter(await token())).status).toBe(409);
  expect(await userCount()).toBe(1);
});
