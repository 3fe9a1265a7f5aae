import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Authenticator } from "../../authenticator.ts";
import { registerProtected, verify2fa } from "../../two-factor.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

function enable(token: string): Promise<Answered> {
  return world.ask("/v1/auth/enable-2fa", { method: "POST", token });
}

function confirm(token: string, code: string): Promise<Answered> {
  return world.ask("/v1/auth/confirm-2fa", { token, json: { code } });
}

async function login(): Promise<Answered> {
  return world.ask("/v1/auth/login", { json: { email: ADA.email, password: ADA.password } });
}

async function rowsOf(table: string): Promise<Record<string, unknown>[]> {
  return (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results;
}

describe("disable-2fa", () => {
  const disable = (token: string, code: string, password = ADA.password) =>
    world.ask("/v1/auth/disable-2fa", { token, json: { password, code } });

  it("takes password and code, forgets the factor, ends the other sessions, and logins are plain again", async () => {
    const { token, app } = await registerProtected(world);
    const other = (await verify2fa(world, (await login()).json.temp_token, app.code())).json.access_token;
    const pending = (await login()).json.temp_token;
    world.clock.advance(30);

    const answer = await disable(token, app.code());
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ success: true, message: "Two-factor authentication disabled" });
    expect(await rowsOf("second_factors")).toEqual([]);
    expect(await rowsOf("backup_codes")).toEqual([]);
    expect((await world.ask("/v1/auth/me", { token })).json.two_factor_enabled).toBe(false);
    expect((await world.ask("/v1/auth/me", { token: other })).status).toBe(401);
    expect((await world.ask("/v1/auth/verify", { token: other })).status).toBe(401);
    expect((await verify2fa(world, pending, app.code(1))).status).toBe(401);
    expect((await login()).json.user.two_factor_enabled).toBe(false);
  });

  it("takes a backup code too", async () => {
    const { token, backupCodes } = await registerProtected(world);
    expect((await disable(token, backupCodes[9] ?? "")).status).toBe(200);
    expect((await login()).json.access_token).toEqual(expect.any(String));
  });

  it("refuses a wrong password before it looks at the code, which is not spent", async () => {
    const { token, app } = await registerProtected(world);
    const refused = await disable(token, app.code(), "not the password");
    expect([refused.status, refused.json.code]).toEqual([401, "wrong_password"]);
    expect((await disable(token, app.code())).status).toBe(200);
  });

  it("refuses a wrong code and a spent one, and all stays as it was", async () => {
    const { token, app } = await registerProtected(world);
    const refused = await disable(token, app.wrongCode());
    expect([refused.status, refused.json.code]).toEqual([401, "wrong_second_factor"]);
    await verify2fa(world, (await login()).json.temp_token, app.code());
    expect((await disable(token, app.code())).status).toBe(401);
    expect((await login()).json.requires_2fa).toBe(true);
    expect(await rowsOf("backup_codes")).toHaveLength(10);
  });

  it("is a conflict where there is none, or none that was confirmed", async () => {
    await register(world);
    const token = await logIn(world);
    const without = await disable(token, "123456");
    expect([without.status, without.json.code]).toEqual([409, "second_factor_off"]);
    const app = new Authenticator(world, (await enable(token)).json.secret);
    expect((await disable(token, app.code())).status).toBe(409);
  });

  it("raced twenty ways disables once, and another setup is another secret", async () => {
    world = startWorld({ RATE_LIMITS: '{"mfa:guess": "1000/900", "login:account": "1000/900"}' });
    const { token, app } = await registerProtected(world);
    const answers = await Promise.all(Array.from({ length: 20 }, () => disable(token, app.code())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const next = (await enable(token)).json;
    const nextApp = new Authenticator(world, next.secret);
    expect((await confirm(token, app.code())).status).toBe(401);
    expect((await confirm(token, nextApp.code())).status).toBe(200);
  });
});

describe("backup-codes", () => {
  const renew = (token: string, password = ADA.password) =>
    world.ask("/v1/auth/backup-codes", { token, json: { password } });

  it("makes ten new ones, and every earlier one is void", async () => {
    const { token, backupCodes } = await registerProtected(world);
    const answer = await renew(token);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ backup_codes: Array.from({ length: 10 }, () => expect.stringMatching(/^\d{8}$/)) });
    const { temp_token } = (await login()).json;
    expect((await verify2fa(world, temp_token, backupCodes[0] ?? "")).status).toBe(401);
    expect((await verify2fa(world, temp_token, answer.json.backup_codes[0])).status).toBe(200);
    expect(await rowsOf("backup_codes")).toHaveLength(9);
  });

  it("refuses a wrong password, and the old ones stay good", async () => {
    const { token, backupCodes } = await registerProtected(world);
    const refused = await renew(token, "not the password");
    expect([refused.status, refused.json.code]).toEqual([401, "wrong_password"]);
    expect((await verify2fa(world, (await login()).json.temp_token, backupCodes[0] ?? "")).status).toBe(200);
  });

  it("is a conflict without a second factor", async () => {
    await register(world);
    const answer = await renew(await logIn(world));
    expect([answer.status, answer.json.code]).toEqual([409, "second_factor_off"]);
  });

  it("renewed twenty times at once are ten in the end", async () => {
    world = startWorld({ RATE_LIMITS: '{"login:account": "1000/900"}' });
    const { token } = await registerProtected(world);
    const answers = await Promise.all(Array.from({ length: 20 }, () => renew(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await rowsOf("backup_codes")).toHaveLength(10);
  });
});

describe("the rows of two-factor authentication", () => {
  it.each(["enable-2fa", "confirm-2fa", "disable-2fa", "backup-codes"])("%s needs a session", async (path) => {
    const answer = await world.ask(`/v1/auth/${path}`, { json: { code: "123456", password: ADA.password } });
    expect([answer.status, answer.json.code]).toEqual([401, "unauthenticated"]);
  });

  it.each([
    ["confirm-2fa", {}, "code"],
    ["confirm-2fa", { code: 123456 }, "code"],
    ["confirm-2fa", { code: "" }, "code"],
    ["disable-2fa", { password: ADA.password }, "code"],
    ["disable-2fa", { code: "123456" }, "password"],
    ["backup-codes", {}, "password"],
    ["verify-2fa", { code: "123456" }, "temp_token"],
    ["verify-2fa", { temp_token: "temp_x" }, "code"],
    ["verify-2fa", { temp_token: ["temp_x"], code: "123456" }, "temp_token"],
  ])("%s refuses %j and names %s", async (path, json, field) => {
    await register(world);
    const answer = await world.ask(`/v1/auth/${path}`, { token: await logIn(world), json });
    expect([answer.status, answer.json.errors?.[0]?.field]).toEqual([400, field]);
  });

  it("tell the audit log who did what, in order", async () => {
    const { token, app, backupCodes } = await registerProtected(world);
    const { temp_token } = (await login()).json;
    await verify2fa(world, temp_token, app.wrongCode());
    await verify2fa(world, temp_token, backupCodes[0] ?? "");
    await world.ask("/v1/auth/backup-codes", { token, json: { password: ADA.password } });
    await world.ask("/v1/auth/disable-2fa", { token, json: { password: ADA.password, code: app.wrongCode() } });
    await world.ask("/v1/auth/disable-2fa", { token, json: { password: ADA.password, code: app.code() } });
    const [user] = await rowsOf("users");
    const told = (await rowsOf("audit_log")).filter(({ actor }) => actor === user?.public_id);
    expect(told.map(({ action }) => action)).toEqual([
      ...["user.registered", "session.opened"],
      ...["second_factor.enabled", "second_factor.confirmed"],
      ...["login.second_factor_asked", "login.second_factor_failed", "backup_code.spent", "session.opened"],
      ...["backup_codes.renewed", "second_factor.failed", "second_factor.disabled"],
    ]);
    const failures = told.filter(({ result }) => result === "failure").map(({ action }) => action);
    expect(failures).toEqual(["login.second_factor_failed", "second_factor.failed"]);
    expect(told.every(({ organization }) => organization !== null)).toBe(true);
  });
});
