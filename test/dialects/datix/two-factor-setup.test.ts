import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Authenticator } from "../../authenticator.ts";
import { scan } from "../../qr.ts";
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

/** Everything that D1 holds, as one text. */
async function atRest(): Promise<string> {
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
  ).all();
  const dumps = await Promise.all(tables.results.map(({ name }) => rowsOf(String(name))));
  return JSON.stringify(dumps);
}

describe("enable-2fa", () => {
  it("answers a secret of 160 bits, a QR code that scans to it, and ten backup codes of 8 digits", async () => {
    await register(world);
    const answer = await enable(await logIn(world));
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json)).toEqual(["secret", "qr_code", "backup_codes"]);
    const { secret, qr_code, backup_codes } = answer.json;
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(scan(qr_code).text).toBe(
      `otpauth://totp/localhost:ada%40example.com?secret=${secret}&issuer=localhost&algorithm=SHA1&digits=6&period=30`,
    );
    expect(backup_codes).toEqual(Array.from({ length: 10 }, () => expect.stringMatching(/^\d{8}$/)));
    expect(new Set(backup_codes).size).toBe(10);
  });

  it("is of no effect until it is confirmed", async () => {
    await register(world);
    await enable(await logIn(world));
    const answer = await login();
    expect(answer.json.access_token).toEqual(expect.any(String));
    expect(answer.json.user.two_factor_enabled).toBe(false);
    const codes = await world.ask("/v1/auth/backup-codes", {
      token: answer.json.access_token,
      json: { password: ADA.password },
    });
    expect([codes.status, codes.json.code]).toEqual([409, "second_factor_off"]);
  });

  it("once more before it is confirmed replaces the secret and the codes", async () => {
    await register(world);
    const token = await logIn(world);
    const first = (await enable(token)).json;
    const second = (await enable(token)).json;
    expect(second.secret).not.toBe(first.secret);
    expect(await rowsOf("second_factors")).toHaveLength(1);
    expect(await rowsOf("backup_codes")).toHaveLength(10);

    expect((await confirm(token, new Authenticator(world, first.secret).code())).status).toBe(401);
    expect((await confirm(token, new Authenticator(world, second.secret).code())).status).toBe(200);
    const { temp_token } = (await login()).json;
    expect((await verify2fa(world, temp_token, first.backup_codes[0])).status).toBe(401);
    expect((await verify2fa(world, temp_token, second.backup_codes[0])).status).toBe(200);
  });

  it("is a conflict where it is confirmed already, and changes nothing", async () => {
    const { token } = await registerProtected(world);
    const before = await atRest();
    const answer = await enable(token);
    expect([answer.status, answer.json.code]).toEqual([409, "second_factor_on"]);
    expect(await atRest()).toBe(before);
  });

  it("twenty times at once leaves one secret with its own ten codes", async () => {
    await register(world);
    const token = await logIn(world);
    const answers = await Promise.all(Array.from({ length: 20 }, () => enable(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const statuses: number[] = [];
    const kept: string[][] = [];
    world = startWorld({ RATE_LIMITS: '{"mfa:guess": "1000/900"}' });
    for (const { json } of answers) {
      const { status } = await confirm(token, new Authenticator(world, json.secret).code());
      statuses.push(status);
      if (status === 200) kept.push(json.backup_codes);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(await rowsOf("backup_codes")).toHaveLength(10);
    for (const code of kept.flat()) {
      const { temp_token } = (await login()).json;
      expect((await verify2fa(world, temp_token, code)).status).toBe(200);
    }
    expect(await rowsOf("backup_codes")).toHaveLength(0);
  });

  it("leaves neither the secret nor a code readable, at rest or in the log", async () => {
    await register(world);
    const token = await logIn(world);
    const { secret, backup_codes } = (await enable(token)).json;
    await confirm(token, new Authenticator(world, secret).code());
    const { temp_token } = (await login()).json;
    await verify2fa(world, temp_token, backup_codes[0]);
    const kept = [await atRest(), ...world.log.lines].join("\n");
    expect(kept).toContain("second_factor.enabled");
    for (const shown of [secret, temp_token, ...backup_codes]) expect(kept).not.toContain(shown);
    const [factor] = await rowsOf("second_factors");
    expect(factor?.sealed_secret).toMatch(/^1\.[\w-]{64}$/);
  });

  it("seals each code for its user and row", async () => {
    await register(world);
    await enable(await logIn(world));
    const sealed = (await rowsOf("backup_codes")).map((row) => row.sealed_code);
    expect(new Set(sealed).size).toBe(10);
    const [row] = await rowsOf("backup_codes");
    const [user] = await rowsOf("users");
    const opened = (id: unknown) =>
      world.core.sealer.open({
        purpose: "backup-code",
        context: `${user?.public_id}/${id}`,
        sealed: String(row?.sealed_code),
      });
    expect(new TextDecoder().decode(await opened(row?.id))).toMatch(/^\d{8}$/);
    await expect(opened((await rowsOf("backup_codes"))[1]?.id)).rejects.toThrow("tampered");
  });
});

describe("confirm-2fa", () => {
  it("puts it in force: the documented answer, then `two_factor_enabled` everywhere", async () => {
    await register(world);
    const token = await logIn(world);
    const { secret } = (await enable(token)).json;
    expect((await world.ask("/v1/auth/me", { token })).json.two_factor_enabled).toBe(false);
    const answer = await confirm(token, new Authenticator(world, secret).code());
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ success: true, message: "Two-factor authentication enabled" });
    expect((await world.ask("/v1/auth/me", { token })).json.two_factor_enabled).toBe(true);
    expect(
      (await world.ask("/v1/auth/me", { method: "PATCH", token, json: { full_name: "A" } })).json.two_factor_enabled,
    ).toBe(true);
  });

  it("refuses a wrong code, and takes the right one after it", async () => {
    await register(world);
    const token = await logIn(world);
    const app = new Authenticator(world, (await enable(token)).json.secret);
    const refused = await confirm(token, app.wrongCode());
    expect([refused.status, refused.json.code]).toEqual([401, "wrong_second_factor"]);
    expect(refused.headers.get("WWW-Authenticate")).toBe("Bearer");
    expect((await confirm(token, app.code())).status).toBe(200);
  });

  it("takes no backup code: those show nothing of the app", async () => {
    await register(world);
    const token = await logIn(world);
    const { backup_codes } = (await enable(token)).json;
    expect((await confirm(token, backup_codes[0])).status).toBe(401);
  });

  it("is a conflict without a setup, and once it is in force", async () => {
    await register(world);
    const token = await logIn(world);
    const without = await confirm(token, "123456");
    expect([without.status, without.json.code]).toEqual([409, "second_factor_off"]);
    const app = new Authenticator(world, (await enable(token)).json.secret);
    await confirm(token, app.code());
    const again = await confirm(token, app.code(1));
    expect([again.status, again.json.code]).toEqual([409, "second_factor_on"]);
  });

  it("spends its code: the login that follows needs another one", async () => {
    await register(world);
    const token = await logIn(world);
    const app = new Authenticator(world, (await enable(token)).json.secret);
    const code = app.code();
    await confirm(token, code);
    const { temp_token } = (await login()).json;
    expect((await verify2fa(world, temp_token, code)).status).toBe(401);
    expect((await verify2fa(world, temp_token, app.code(1))).status).toBe(200);
  });

  it("raced twenty ways is confirmed once", async () => {
    world = startWorld({ RATE_LIMITS: '{"mfa:guess": "1000/900"}' });
    await register(world);
    const token = await logIn(world);
    const app = new Authenticator(world, (await enable(token)).json.secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(token, app.code())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const confirmed = (await rowsOf("audit_log")).filter(({ action }) => action === "second_factor.confirmed");
    expect(confirmed).toHaveLength(1);
  });
});
