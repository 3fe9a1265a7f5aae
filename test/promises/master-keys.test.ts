import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { runCron } from "../../src/cron.ts";
import { leftToReseal } from "../../src/domain/reseal.ts";
import { Authenticator } from "../authenticator.ts";
import { tapped } from "../bindings.ts";
import { registerProtected, verify2fa } from "../two-factor.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

beforeEach(emptyStorage);

const OLD = `1:${"k".repeat(42)}A`;
const NEW = `2:${"n".repeat(42)}A`;

const CREDENTIALS = { email: ADA.email, password: ADA.password };

const isolate = (keys: string, { clock }: Pick<World, "clock">) => startWorld({ MASTER_KEYS: keys }, clock);
const statusOf = async (world: World, token: string) => (await world.ask("/v1/auth/verify", { token })).status;

/** A login with both factors; answers the status of its last step. */
async function logInTwice(world: World, code: string): Promise<number> {
  const { json } = await world.ask("/v1/auth/login", { json: CREDENTIALS });
  return (await verify2fa(world, json.temp_token, code)).status;
}

/** An isolate in which `meanwhile` is done once, just before the first statement that matches. */
function overtaken(clock: World["clock"], statement: RegExp, meanwhile: () => Promise<unknown>): World {
  let done = false;
  const bindings = tapped(async ({ what }) => {
    if (done || !statement.test(what)) return;
    done = true;
    await meanwhile();
  });
  return startWorld({ ...bindings, MASTER_KEYS: `${NEW},${OLD}` }, clock);
}

describe("another master key in front", () => {
  it("once everything is sealed under it the old one can go: logins, second factors and tokens are as before", async () => {
    const before = startWorld({ MASTER_KEYS: OLD });
    const { app, backupCodes, token } = await registerProtected(before);
    const both = isolate(`${NEW},${OLD}`, before);
    await runCron(both.core);
    expect(await leftToReseal(both.core)).toBe(0);
    expect(both.log.lines.map((line) => JSON.parse(line)).filter(({ event }) => event.startsWith("reseal"))).toEqual([
      // the signing key, the password's hash, the TOTP secret and ten backup codes
      { level: "info", event: "reseal", resealed: 13, left: 0 },
    ]);

    const alone = isolate(NEW, before);
    expect(await statusOf(alone, token)).toBe(200);
    expect(await logInTwice(alone, app.code())).toBe(200);
    expect(await logInTwice(alone, backupCodes[0] ?? "")).toBe(200);
    expect(await logInTwice(alone, backupCodes[0] ?? "")).toBe(401);
    const { json } = await alone.ask("/v1/auth/login", { json: { ...CREDENTIALS, password: "wrong" } });
    expect(json.code).toBe("wrong_credentials");
    const { keys } = (await alone.ask("/.well-known/jwks.json")).json;
    expect(keys).toHaveLength(1);
  });

  it("step by step under load no request is lost: it comes last, then first, then alone", async () => {
    const world = startWorld({ MASTER_KEYS: OLD });
    const emails = Array.from({ length: 6 }, (_, n) => `user${n}@example.com`);
    for (const email of emails) await register(world, { email });
    const tokens = [await logIn(world, { email: emails[0] ?? "" })];
    // While a deployment spreads, isolates of two generations run side by side.
    const generations = [OLD, `${OLD},${NEW}`, `${NEW},${OLD}`, NEW];
    for (const [at, keys] of generations.slice(1).entries()) {
      const [older, newer] = [isolate(generations[at] ?? "", world), isolate(keys, world)];
      const logins = emails.map((email, n) => logIn(n % 2 === 0 ? older : newer, { email }));
      const [made] = await Promise.all([Promise.all(logins), runCron(newer.core), runCron(newer.core)]);
      tokens.push(...made);
      for (const token of tokens) {
        expect([await statusOf(older, token), await statusOf(newer, token)]).toEqual([200, 200]);
      }
    }
    const sealed = await env.DB.prepare("SELECT count(*) AS n FROM users WHERE password_hash LIKE '2.%'").first("n");
    expect(sealed).toBe(emails.length);
  });

  it("where nothing is left a run says nothing", async () => {
    const world = startWorld();
    await register(world);
    await runCron(world.core);
    expect(world.log.lines.filter((line) => line.includes("reseal"))).toEqual([]);
  });
});

describe("sealing anew in the middle of", () => {
  it("a change of the password: it is changed", async () => {
    const old = startWorld({ MASTER_KEYS: OLD });
    await register(old);
    const token = await logIn(old);
    const cron = isolate(`${NEW},${OLD}`, old);
    const world = overtaken(old.clock, /^update "users"/, () => runCron(cron.core));
    const json = { current_password: ADA.password, new_password: "a new and longer password" };
    expect((await world.ask("/v1/auth/change-password", { token, json })).status).toBe(200);
    expect((await world.ask("/v1/auth/login", { json: CREDENTIALS })).status).toBe(401);
    expect(await logIn(world, { password: json.new_password })).toMatch(/^ey/);
  });

  it("a login: it is let in, and the stored hash opens afterwards", async () => {
    const old = startWorld({ MASTER_KEYS: OLD });
    await register(old);
    const cron = isolate(`${NEW},${OLD}`, old);
    const world = overtaken(old.clock, /insert into "sessions"/, () => runCron(cron.core));
    expect(await logIn(world)).toMatch(/^ey/);
    expect(await logIn(isolate(NEW, old))).toMatch(/^ey/);
  });

  it("the confirmation of a second factor: it is in force", async () => {
    const old = startWorld({ MASTER_KEYS: OLD });
    await register(old);
    const token = await logIn(old);
    const setup = await old.ask("/v1/auth/enable-2fa", { method: "POST", token });
    const app = new Authenticator(old, setup.json.secret);
    const cron = isolate(`${NEW},${OLD}`, old);
    const world = overtaken(old.clock, /^update "second_factors"/, () => runCron(cron.core));
    const confirmed = await world.ask("/v1/auth/confirm-2fa", { token, json: { code: app.code() } });
    expect(confirmed.status).toBe(200);
    old.clock.advance(30);
    expect(await logInTwice(world, app.code())).toBe(200);
  });

  it("a backup code's use: it is spent, once", async () => {
    const old = startWorld({ MASTER_KEYS: OLD });
    const { backupCodes } = await registerProtected(old);
    const cron = isolate(`${NEW},${OLD}`, old);
    const world = overtaken(old.clock, /^delete from "backup_codes"/, () => runCron(cron.core));
    expect(await logInTwice(world, backupCodes[3] ?? "")).toBe(200);
    expect(await logInTwice(world, backupCodes[3] ?? "")).toBe(401);
  });
});

it("a signing key that waits for its time is sealed anew too, and signs without the old master key", async () => {
  const old = startWorld({ MASTER_KEYS: OLD });
  await register(old);
  await logIn(old);
  old.clock.advance(29 * 86_400);
  await runCron(old.core);
  await runCron(isolate(`${NEW},${OLD}`, old).core);
  const alone = isolate(NEW, old);
  old.clock.advance(86_400);
  await runCron(alone.core);
  expect(await statusOf(alone, await logIn(alone))).toBe(200);
  const states = await env.DB.prepare("SELECT state FROM signing_keys ORDER BY state").all();
  expect(states.results).toEqual([{ state: "current" }, { state: "retired" }]);
});
