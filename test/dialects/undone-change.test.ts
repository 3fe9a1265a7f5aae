import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Authenticator } from "../authenticator.ts";
import { linkToken, messagesTo, verificationToken } from "../mail.ts";
import { post } from "../pages.ts";
import { provePhone, sentCode } from "../phones.ts";
import { CLIENT_ID, idToken, standInForGoogle } from "../standins/google.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

// Who undoes a change of address takes the account back from somebody who had it.

const THIEF = "mallory@example.com";
const PHONE = "+15557122661";

let world: World;
let token: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld({ GOOGLE_CLIENT_ID: CLIENT_ID });
  standInForGoogle();
  await register(world);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const google = async (claims: object = {}) =>
  world.ask("/api/google-login/", { json: { token: await idToken(world.clock.now(), claims) } });
const thiefAtGoogle = () => google({ email: THIEF, sub: "thief" });

async function verify(): Promise<void> {
  await world.ask(`/api/verify-email/${await verificationToken(world, ADA.email)}`);
}

/** With a stolen token: the address is the thief's now. */
async function moveToThief(): Promise<void> {
  world.clock.advance(1);
  await world.ask("/v1/auth/me", { method: "PATCH", token, json: { email: THIEF } });
  const link = await linkToken(world, { to: THIEF, path: "/confirm-email-change" });
  await post(world, "/pages/confirm-email-change", { token: link });
}

async function undo(): Promise<Answered> {
  return post(world, "/pages/undo-email-change", {
    token: await linkToken(world, { to: ADA.email, path: "/undo-email-change" }),
  });
}

async function newKey(): Promise<string> {
  const { json } = await world.ask("/v1/auth/api-keys", { token, json: { name: "key" } });
  return json.key;
}

const statusOfKey = async (key: string) => (await world.ask("/v1/auth/me", { headers: { "X-API-Key": key } })).status;

async function newCompanyId(): Promise<string> {
  const { json } = await world.ask("/v1/auth/company-credentials", { token, json: { name: "ERP" } });
  return json.company_id;
}

const companyLogin = async (companyId: string) => (await world.ask("/auth/login", { json: { companyId } })).status;

async function protect(): Promise<void> {
  const { json } = await world.ask("/v1/auth/enable-2fa", { method: "POST", token });
  const code = new Authenticator(world, json.secret).code();
  expect((await world.ask("/v1/auth/confirm-2fa", { token, json: { code } })).status).toBe(200);
}

async function loginByPassword(): Promise<Answered> {
  return world.ask("/v1/auth/login", { json: { email: ADA.email, password: ADA.password } });
}

describe("after an undone change of a proven address", () => {
  beforeEach(async () => {
    await verify();
    token = await logIn(world);
  });

  it("the thief's account at Google opens an account of its own", async () => {
    await moveToThief();
    const { _id: stolen } = (await thiefAtGoogle()).json.employee;
    await undo();
    expect((await thiefAtGoogle()).json.employee._id).not.toBe(stolen);
  });

  it("the owner's account at Google is theirs again", async () => {
    const { _id: owned } = (await google()).json.employee;
    await moveToThief();
    await undo();
    expect((await google()).json.employee._id).toBe(owned);
  });

  it("the thief's phone gets no code", async () => {
    await moveToThief();
    await provePhone(world, { token, phone: PHONE });
    await undo();
    const before = (await messagesTo(world, PHONE)).length;
    await world.ask("/send-otp/", { json: { phone: PHONE } });
    expect(await messagesTo(world, PHONE)).toHaveLength(before);
  });

  it("keys that were made since are revoked, older ones live on", async () => {
    const older = await newKey();
    await moveToThief();
    const newer = await newKey();
    await undo();
    expect([await statusOfKey(older), await statusOfKey(newer)]).toEqual([200, 401]);
  });

  it("a company's credential that was made since is revoked, and an older one lives on", async () => {
    const older = await newCompanyId();
    await moveToThief();
    const newer = await newCompanyId();
    await undo();
    expect([await companyLogin(older), await companyLogin(newer)]).toEqual([200, 401]);
  });

  it("a second factor that was set up since asks nothing of the owner", async () => {
    await moveToThief();
    await protect();
    await undo();
    expect((await loginByPassword()).json.access_token).toBeTypeOf("string");
  });

  it("a second factor from before is still asked for", async () => {
    await protect();
    await moveToThief();
    await undo();
    expect((await loginByPassword()).json).toMatchObject({ requires_2fa: true });
  });
});

describe("after an undone change of an address that nobody had proven", () => {
  beforeEach(async () => {
    token = await logIn(world);
  });

  it("nothing is left of who registered it: it was the first proof of the address", async () => {
    const key = await newKey();
    await protect();
    await moveToThief();
    expect((await undo()).status).toBe(200);
    expect((await loginByPassword()).status).toBe(401);
    expect(await statusOfKey(key)).toBe(401);
    await world.ask("/send-otp/", { json: { email: ADA.email } });
    const entered = await world.ask("/otp-login/", {
      json: { email: ADA.email, otp: await sentCode(world, ADA.email) },
    });
    expect(entered.status).toBe(200);
    const me = await world.ask("/v1/auth/me", { token: entered.json.access_token });
    expect(me.json).toMatchObject({ email: ADA.email, email_verified: true, two_factor_enabled: false });
  });
});
