import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { counted } from "../../bindings.ts";
import { besides, type Protected, registerProtected, verify2fa } from "../../two-factor.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const BOB = { email: "bob@example.com", full_name: "Bob", organization_name: "Bob's" };

let world: World;
let ada: Protected;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await registerProtected(world);
});

function login(changes: Partial<typeof ADA> = {}): Promise<Answered> {
  const { email, password } = { ...ADA, ...changes };
  return world.ask("/v1/auth/login", { json: { email, password } });
}

async function tempToken(changes: Partial<typeof ADA> = {}): Promise<string> {
  return (await login(changes)).json.temp_token;
}

async function isRefused(temp: string, code: string): Promise<string | null> {
  const { status, json } = await verify2fa(world, temp, code);
  return status === 401 ? json.code : null;
}

describe("a login of an account with a second factor", () => {
  it("answers the documented demand, and no token", async () => {
    const answer = await login();
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ requires_2fa: true, temp_token: expect.stringMatching(/^temp_[\w.-]+$/) });
  });

  it("is still refused for a wrong password, in the same words as ever", async () => {
    const answer = await login({ password: "not the password" });
    expect([answer.status, answer.json.code]).toEqual([401, "wrong_credentials"]);
  });

  it("is no session until it is finished: listed nowhere", async () => {
    const before = (await world.ask("/v1/auth/sessions", { token: ada.token })).json;
    await login();
    expect((await world.ask("/v1/auth/sessions", { token: ada.token })).json).toEqual(before);
  });

  it("in dyzo asks in dyzo's envelope, and is finished with dyzo's tokens besides", async () => {
    const answer = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
    expect(answer.json).toEqual({
      status: 1,
      message: "Two-factor authentication required",
      requires_2fa: true,
      temp_token: expect.stringMatching(/^temp_/),
    });
    const finished = await verify2fa(world, answer.json.temp_token, ada.app.code());
    expect(finished.json.refresh_token).toEqual(expect.stringMatching(/^ses_/));
    expect(decodeJwt(finished.json.access_token).client_id).toBe("dyzo");
    world.clock.advance(3_600);
    const headers = { "X-Refresh-Token": finished.json.refresh_token };
    const renewed = await world.ask("/v1/auth/me", { token: finished.json.access_token, headers });
    expect(renewed.status).toBe(200);
    expect(decodeJwt(renewed.headers.get("X-New-Access-Token") ?? "").amr).toEqual(["pwd", "otp", "mfa"]);
  });
});

describe("verify-2fa", () => {
  it("answers the documented body for a TOTP code", async () => {
    const answer = await verify2fa(world, await tempToken(), ada.app.code());
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      access_token: expect.stringMatching(/^eyJ/),
      token_type: "bearer",
      expires_in: 3600,
      user: {
        id: expect.stringMatching(/^user_/),
        email: ADA.email,
        full_name: ADA.full_name,
        role: "admin",
      },
    });
    const me = await world.ask("/v1/auth/me", { token: answer.json.access_token });
    expect([me.status, me.json.two_factor_enabled]).toEqual([200, true]);
  });

  it("gives a token that says how the user was authenticated, and since when", async () => {
    const temp = await tempToken();
    world.clock.advance(60);
    const { access_token } = (await verify2fa(world, temp, ada.app.code())).json;
    const claims = decodeJwt(access_token);
    expect(claims.amr).toEqual(["pwd", "otp", "mfa"]);
    expect(claims.auth_time).toBe(world.clock.now());
    const { sessions } = (await world.ask("/v1/auth/sessions", { token: access_token })).json;
    expect(sessions[0]).toMatchObject({ id: claims.sid, current: true, client_id: "datix" });
    expect(Date.parse(sessions[0].expires_at) / 1000).toBe(world.clock.now() + 2_592_000);
  });

  it.each([
    [-2, "wrong_second_factor"],
    [-1, null],
    [0, null],
    [1, null],
    [2, "wrong_second_factor"],
  ])("meets a code %i steps away with %s", async (skew, refusal) => {
    world.clock.advance(60); // so that the step of the setup is far behind
    expect(await isRefused(await tempToken(), ada.app.code(skew))).toBe(refusal);
  });

  it("takes a time step once, and none before it afterwards", async () => {
    world.clock.advance(60);
    expect(await isRefused(await tempToken(), ada.app.code(0))).toBeNull();
    expect(await isRefused(await tempToken(), ada.app.code(0))).toBe("wrong_second_factor");
    expect(await isRefused(await tempToken(), ada.app.code(-1))).toBe("wrong_second_factor");
    expect(await isRefused(await tempToken(), ada.app.code(1))).toBeNull();
  });

  it("takes each backup code once", async () => {
    for (const code of ada.backupCodes) expect(await isRefused(await tempToken(), code)).toBeNull();
    expect(await isRefused(await tempToken(), ada.backupCodes[0] ?? "")).toBe("wrong_second_factor");
    expect(await isRefused(await tempToken(), ada.app.code())).toBeNull();
  });

  it.each(["", "1", "abcdef", "1234567", "123456789", "٣٤٥٦٧٨", "' OR 1=1 --"])("never takes %j", async (code) => {
    const { status } = await verify2fa(world, await tempToken(), code);
    expect(status).toBe(code === "" ? 400 : 401);
  });

  it("keeps the login open after a wrong code", async () => {
    const temp = await tempToken();
    expect(await isRefused(temp, ada.app.wrongCode())).toBe("wrong_second_factor");
    expect(await isRefused(temp, ada.app.code())).toBeNull();
  });

  it("ignores an Authorization header", async () => {
    const json = { temp_token: await tempToken(), code: ada.app.code() };
    expect((await world.ask("/v1/auth/verify-2fa", { json, token: "junk" })).status).toBe(200);
  });
});

describe("a temp_token", () => {
  it("is good for one login", async () => {
    const temp = await tempToken();
    expect(await isRefused(temp, ada.app.code())).toBeNull();
    expect(await isRefused(temp, ada.backupCodes[0] ?? "")).toBe("wrong_temp_token");
  });

  it("is good for five minutes", async () => {
    const [first, second] = [await tempToken(), await tempToken()];
    world.clock.advance(299);
    expect(await isRefused(first, ada.app.code())).toBeNull();
    world.clock.advance(1);
    expect(await isRefused(second, ada.app.code(1))).toBe("wrong_temp_token");
  });

  it("opens nothing else", async () => {
    const temp = await tempToken();
    for (const path of ["me", "verify", "sessions"]) {
      expect((await world.ask(`/v1/auth/${path}`, { token: temp })).status).toBe(401);
    }
    expect((await world.ask("/v1/auth/refresh", { method: "POST", token: temp })).status).toBe(401);
    const headers = { "X-Refresh-Token": temp };
    world.clock.advance(3_600);
    expect((await world.ask("/v1/auth/me", { token: ada.token, headers })).status).toBe(401);
  });

  it("is nothing that we give out for other ends", async () => {
    const dyzo = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
    const finished = await verify2fa(world, dyzo.json.temp_token, ada.app.code());
    const sessionId = String(decodeJwt(ada.token).sid);
    for (const other of [ada.token, finished.json.refresh_token, sessionId, "temp_xyz789"]) {
      expect(await isRefused(other, ada.app.code(1))).toBe("wrong_temp_token");
    }
  });

  it("is refused with a single character changed", async () => {
    const temp = await tempToken();
    for (let at = 0; at < temp.length; at++) {
      const flipped = temp.slice(0, at) + (temp.charAt(at) === "A" ? "B" : "A") + temp.slice(at + 1);
      expect(await isRefused(flipped, ada.app.code())).toBe("wrong_temp_token");
    }
    expect(await isRefused(temp, ada.app.code())).toBeNull();
  });

  it("is forged by nobody without the master key, and costs no storage then", async () => {
    const temp = await tempToken();
    const [id = "", keyId = ""] = temp.split(".");
    const forged = `${id}.${keyId}.${"A".repeat(43)}`;
    const { bindings, operations } = counted();
    const other = besides(world, { ...bindings });
    expect((await verify2fa(other, forged, "123456")).json.code).toBe("wrong_temp_token");
    expect(operations).toEqual([]);
    await verify2fa(other, temp, "123456");
    expect(operations).toContain("LIMITER reserve mfa:guess");
  });

  it("takes its own user's codes alone", async () => {
    const bob = await registerProtected(world, BOB);
    const [ofAda, ofBob] = [await tempToken(), await tempToken(BOB)];
    expect(await isRefused(ofAda, bob.app.code())).toBe("wrong_second_factor");
    expect(await isRefused(ofAda, bob.backupCodes[0] ?? "")).toBe("wrong_second_factor");
    expect(await isRefused(ofBob, bob.backupCodes[0] ?? "")).toBeNull();
    const { json } = await verify2fa(world, ofAda, ada.app.code());
    expect(json.user.email).toBe(ADA.email);
  });

  it("dies with a change of the password", async () => {
    const temp = await tempToken();
    const change = { current_password: ADA.password, new_password: "another battery staple" };
    await world.ask("/v1/auth/change-password", { token: ada.token, json: change });
    expect(await isRefused(temp, ada.app.code())).toBe("wrong_temp_token");
  });

  it("dies when the other sessions are ended", async () => {
    const temp = await tempToken();
    await world.ask("/v1/auth/sessions", { method: "DELETE", token: ada.token });
    expect(await isRefused(temp, ada.app.code())).toBe("wrong_temp_token");
  });

  it("dies with the second factor, also when another is set up", async () => {
    const temp = await tempToken();
    const json = { password: ADA.password, code: ada.app.code() };
    expect((await world.ask("/v1/auth/disable-2fa", { token: ada.token, json })).status).toBe(200);
    expect(await isRefused(temp, ada.app.code(1))).toBe("wrong_temp_token");
  });

  it("survives a new master key, and so do the secret and the codes", async () => {
    const [first, second] = [await tempToken(), await tempToken()];
    const keys = String(Reflect.get(env, "MASTER_KEYS"));
    world = besides(world, { MASTER_KEYS: `2:${"n".repeat(42)}A,${keys}` });
    expect(await isRefused(first, ada.app.code())).toBeNull();
    expect(await isRefused(second, ada.backupCodes[0] ?? "")).toBeNull();
    expect(await isRefused(await tempToken(), ada.backupCodes[1] ?? "")).toBeNull();
  });
});

describe("accounts without a second factor", () => {
  it("log in as before", async () => {
    await register(world, BOB);
    expect(await logIn(world, BOB)).toMatch(/^eyJ/);
  });
});
