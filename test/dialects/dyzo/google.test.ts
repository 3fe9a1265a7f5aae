import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const CLIENT_ID = "latchkey.apps.googleusercontent.com";
const SUBJECT = "110169484474386276334";

let google: { publicJwk: object; sign(claims?: object, header?: object): Promise<string> };
let stranger: CryptoKey;
let world: World;
/** What went out, as the path that was asked. */
let asked: string[];
let tokenInfo: Response;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256", { extractable: true });
  stranger = (await generateKeyPair("RS256")).privateKey;
  google = {
    publicJwk: { ...(await exportJWK(pair.publicKey)), kid: "g1", alg: "RS256", use: "sig" },
    sign: (claims = {}, header = {}) => idToken(pair.privateKey, claims, header),
  };
});

beforeEach(async () => {
  await emptyStorage();
  world = startWorld({ GOOGLE_CLIENT_ID: CLIENT_ID });
  asked = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const url = new URL(String(input));
    asked.push(url.pathname);
    if (url.pathname === "/tokeninfo") return tokenInfo.clone();
    return Response.json({ keys: [google.publicJwk] }, { headers: { "Cache-Control": "public, max-age=3600" } });
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function idToken(key: CryptoKey, claims: object, header: object): Promise<string> {
  const now = 1_767_225_600;
  return new SignJWT({
    iss: "https://accounts.google.com",
    aud: CLIENT_ID,
    sub: SUBJECT,
    email: ADA.email,
    email_verified: true,
    name: "Ada King",
    iat: now,
    exp: now + 3_600,
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256", kid: "g1", typ: "JWT", ...header })
    .sign(key);
}

function enter(token: string, email?: string): Promise<Answered> {
  return world.ask("/api/google-login/", { json: { token, ...(email === undefined ? {} : { email }) } });
}

async function userCount(): Promise<unknown> {
  return (await world.bindings.DB.prepare("SELECT count(*) AS n FROM users").first<{ n: number }>())?.n;
}

it("a new Google user gets an account, a team and a project, and the documented answer", async () => {
  const answer = await enter(await google.sign(), ADA.email);
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
  const projects = await world.bindings.DB.prepare("SELECT name FROM projects").all();
  expect(projects.results).toEqual([{ name: "Default" }]);
});

it("the identity is the subject: who changes the address at Google is the same user", async () => {
  const first = await enter(await google.sign());
  const second = await enter(await google.sign({ email: "countess@example.com" }));
  expect(second.json.employee._id).toBe(first.json.employee._id);
  expect(await userCount()).toBe(1);
});

it("five parallel first logins make one user", async () => {
  const token = await google.sign();
  const answers = await Promise.all(Array.from({ length: 5 }, () => enter(token)));
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
  expect(await userCount()).toBe(1);
});

it("an OAuth access token for our own client id is as good", async () => {
  tokenInfo = Response.json({
    aud: CLIENT_ID,
    sub: SUBJECT,
    email: ADA.email,
    email_verified: "true",
    exp: String(world.clock.now() + 60),
  });
  expect((await enter("ya29.a0AfB_by")).status).toBe(200);
  expect(asked).toEqual(["/tokeninfo"]);
});

describe("refused with 401, and nothing made:", () => {
  const cases: Record<string, () => Promise<string>> = {
    "another application's audience": () => google.sign({ aud: "other.apps.googleusercontent.com" }),
    "another issuer": () => google.sign({ iss: "https://accounts.example.com" }),
    "another's key": () => idToken(stranger, {}, {}),
    "an expired token": () => google.sign({ iat: 1_767_222_000, exp: 1_767_225_600 }),
    "an unverified address": () => google.sign({ email_verified: false }),
    "no address": () => google.sign({ email: undefined }),
    "another algorithm": async () =>
      (await google.sign()).replace(/^[^.]+/, btoa('{"alg":"none","kid":"g1"}').replace(/=+$/, "")),
    junk: async () => "eyJ.e30.x",
  };
  it.each(Object.entries(cases))("%s", async (_name, make) => {
    const answer = await enter(await make());
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ status: 0, message: "The Google token was refused" });
    expect(await userCount()).toBe(0);
  });

  it("another's address in the body", async () => {
    expect((await enter(await google.sign(), "mallory@example.com")).status).toBe(401);
    expect(await userCount()).toBe(0);
  });

  it.each([
    ["another application's", { aud: "other.apps.googleusercontent.com" }],
    ["an expired", { exp: "1767225600" }],
    ["an unverified", { email_verified: "false" }],
  ])("%s access token", async (_name, change) => {
    const good = { aud: CLIENT_ID, sub: SUBJECT, email: ADA.email, email_verified: "true", exp: "1767229200" };
    tokenInfo = Response.json({ ...good, ...change });
    expect((await enter("ya29.a0AfB_by")).status).toBe(401);
    expect(await userCount()).toBe(0);
  });

  it("every token while no client id is configured, without a call to Google", async () => {
    world = startWorld();
    expect((await enter(await google.sign())).status).toBe(401);
    expect((await enter("ya29.a0AfB_by")).status).toBe(401);
    expect(asked).toEqual([]);
  });
});

it("a pre-registered, unverified account loses its password and sessions to the proven owner", async () => {
  await register(world);
  const squatter = await logIn(world);
  expect((await enter(await google.sign())).status).toBe(200);
  expect((await world.ask("/v1/auth/me", { token: squatter })).status).toBe(401);
  expect((await world.ask("/login", { json: { email: ADA.email, password: ADA.password } })).status).toBe(401);
  expect(await userCount()).toBe(1);
});

it("an account whose address is verified keeps its password when Google is linked", async () => {
  await register(world);
  await world.bindings.DB.prepare("UPDATE users SET email_verified_at = 1").run();
  expect((await enter(await google.sign())).status).toBe(200);
  expect(await logIn(world)).toBeTypeOf("string");
});

it("Google's keys are kept for their lifetime, and asked for once more for an unknown kid", async () => {
  await enter(await google.sign());
  await enter(await google.sign());
  expect(asked).toEqual(["/oauth2/v3/certs"]);
  world.clock.advance(60);
  for (let i = 0; i < 3; i++) await enter(await google.sign({}, { kid: `unknown-${i}` }));
  expect(asked).toHaveLength(2);
});

it("Google down: 503, and nothing counted", async () => {
  vi.mocked(globalThis.fetch).mockImplementation(async () => new Response("oops", { status: 500 }));
  const answer = await enter(await google.sign());
  expect(answer.status).toBe(503);
  expect(answer.headers.get("Retry-After")).toBe("1");
});
