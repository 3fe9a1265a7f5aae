import { env } from "cloudflare:workers";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { runCron } from "../../src/cron.ts";
import { openSigningKey } from "../../src/domain/signing-key-pair.ts";
import { failing, type Outage } from "../bindings.ts";
import { TestClock } from "../clock.ts";
import { founder } from "../organization.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

beforeEach(emptyStorage);

const [DAY, MINUTE] = [86_400, 60];

const kidOf = (token: string) => JSON.parse(atob(token.split(".")[0] ?? "")).kid as string;
const statusOf = async (world: World, token: string) => (await world.ask("/v1/auth/verify", { token })).status;
const jwksOf = async (world: World): Promise<JSONWebKeySet> => (await world.ask("/.well-known/jwks.json")).json;
const publishedBy = async (world: World) => (await jwksOf(world)).keys.map(({ kid }) => kid);
const audited = async () => {
  const sql = "SELECT action, target FROM audit_log WHERE action LIKE 'signing_key.%' ORDER BY id";
  return (await env.DB.prepare(sql).all<{ action: string; target: string }>()).results;
};

/** Somebody else's service: verifies with jose and the keys that it fetched, of which it knows nothing else. */
function verifies({ core, clock }: World, jwks: JSONWebKeySet, token: string) {
  return jwtVerify(token, createLocalJWKSet(jwks), {
    ...{ issuer: core.settings.issuer, audience: core.settings.audience, typ: "at+jwt", algorithms: ["ES256"] },
    currentDate: new Date(clock.now() * 1_000),
  });
}

/** Turns the clock, at most half a day at a time, and runs the cron trigger each time. */
async function live(world: World, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= DAY / 2) {
    world.clock.advance(Math.min(left, DAY / 2));
    await runCron(world.core);
  }
}

describe("a rotation over days", () => {
  it("tokens made before, during and after it are good for their whole life, here and elsewhere, and not longer", async () => {
    const world = startWorld({ ACCESS_TOKEN_TTL_SECONDS: "7200", COMPANY_ACCESS_TOKEN_TTL_SECONDS: "3600" });
    await register(world);
    const before = await logIn(world);
    await live(world, 30 * DAY - 3_600);
    const during = await logIn(world);
    const cached = await jwksOf(world);
    expect(cached.keys).toHaveLength(2);
    await live(world, 3_600);
    world.clock.advance(MINUTE);
    const after = await logIn(world);

    expect(kidOf(during)).toBe(kidOf(before));
    expect(kidOf(after)).not.toBe(kidOf(during));
    expect(await statusOf(world, before)).toBe(401);
    for (const token of [during, after]) {
      expect(await statusOf(world, token)).toBe(200);
      // with the keys of today, and with those that were fetched before the new key had signed anything
      for (const jwks of [await jwksOf(world), cached]) await verifies(world, jwks, token);
    }

    world.clock.advance(3_600 - MINUTE - 1);
    expect(await statusOf(world, during)).toBe(200);
    await verifies(world, await jwksOf(world), during);
    world.clock.advance(1);
    expect(await statusOf(world, during)).toBe(401);
    expect(await statusOf(world, after)).toBe(200);

    await live(world, 2 * 3_600);
    expect(await statusOf(world, after)).toBe(401);
    expect(await publishedBy(world)).toEqual([kidOf(after)]);
    await expect(verifies(world, await jwksOf(world), during)).rejects.toThrow("no applicable key");
    expect(await audited()).toEqual([
      { action: "signing_key.created", target: kidOf(before) },
      { action: "signing_key.created", target: kidOf(after) },
      { action: "signing_key.promoted", target: kidOf(after) },
    ]);
  });

  it("a company's token, made just before it, is good for its whole day, here and elsewhere", async () => {
    const world = startWorld();
    const ada = await founder(world, "ada");
    const made = await world.ask("/v1/auth/company-credentials", { token: ada.token, json: { name: "ERP" } });
    await live(world, 30 * DAY - 1);
    const { accessToken } = (await world.ask("/auth/login/", { json: { companyId: made.json.company_id } })).json;
    await live(world, 1);
    world.clock.advance(MINUTE);
    expect(kidOf(await logIn(world, { email: ada.email }))).not.toBe(kidOf(accessToken));

    await live(world, DAY - MINUTE - 2);
    expect(await statusOf(world, accessToken)).toBe(200);
    await verifies(world, await jwksOf(world), accessToken);
    await live(world, 10 * MINUTE);
    expect(await statusOf(world, accessToken)).toBe(401);
    expect(await publishedBy(world)).not.toContain(kidOf(accessToken));
  });

  it("a Worker that slept for months publishes the new key before it signs with it", async () => {
    const world = startWorld();
    await register(world);
    const first = kidOf(await logIn(world));
    world.clock.advance(100 * DAY);
    await runCron(world.core);
    for (let minute = 0; minute < 6; minute++) {
      world.clock.advance(MINUTE);
      await runCron(world.core);
      expect(kidOf(await logIn(world))).toBe(first);
      expect(await publishedBy(world)).toHaveLength(2);
    }
    const cached = await jwksOf(world);
    world.clock.advance(MINUTE);
    await runCron(world.core);
    world.clock.advance(MINUTE);
    const token = await logIn(world);
    expect(kidOf(token)).not.toBe(first);
    await verifies(world, cached, token);
  });

  it("20 cron triggers at once, at every step, make one rotation", async () => {
    const clock = new TestClock();
    const isolates = Array.from({ length: 20 }, () => startWorld({}, clock));
    const [world] = isolates;
    if (world === undefined) throw new Error("no isolate");
    await register(world);
    const first = kidOf(await logIn(world));
    for (const seconds of [29 * DAY, DAY]) {
      clock.advance(seconds);
      await Promise.all(isolates.map(({ core }) => runCron(core)));
    }
    const { results } = await env.DB.prepare("SELECT kid, state FROM signing_keys ORDER BY state").all();
    expect(results).toEqual([
      { kid: expect.any(String), state: "current" },
      { kid: first, state: "retired" },
    ]);
    const actions = (await audited()).map(({ action }) => action);
    expect(actions).toEqual(["signing_key.created", "signing_key.created", "signing_key.promoted"]);
  });
});

describe("by hand", () => {
  it("a key whose time is set to be over is followed by another in eight minutes, published before it signs", async () => {
    const world = startWorld();
    await register(world);
    const token = await logIn(world);
    await env.DB.prepare("UPDATE signing_keys SET since = 0 WHERE state = 'current'").run();
    for (let minute = 0; minute < 9; minute++) {
      world.clock.advance(MINUTE);
      await runCron(world.core);
    }
    expect(kidOf(await logIn(world))).not.toBe(kidOf(token));
    expect(await statusOf(world, token)).toBe(200);
  });

  it("keys that are deleted are refused within a minute, and another is made at once", async () => {
    const world = startWorld();
    await register(world);
    const token = await logIn(world);
    await env.DB.prepare("DELETE FROM signing_keys").run();
    world.clock.advance(MINUTE);
    expect(await statusOf(world, token)).toBe(401);
    expect(await statusOf(world, await logIn(world))).toBe(200);
    expect(await publishedBy(world)).not.toContain(kidOf(token));
  });
});

describe("two isolates whose keys are of different minutes", () => {
  it("no request is lost: each verifies what the other signed, before, while and after the key changes", async () => {
    const clock = new TestClock();
    const [one, other] = [startWorld({}, clock), startWorld({}, clock)];
    await register(one);
    const tokens = [await logIn(one), await logIn(other)];
    const kids = new Set(tokens.map(kidOf));
    clock.advance(30 * DAY);
    // overdue: published at once, and promoted seven minutes later, while each isolate reads the keys at its own time
    for (let step = 0; step < 26; step++) {
      clock.advance(25);
      if (step % 2 === 0) await runCron(one.core);
      const made = await logIn(step % 3 === 0 ? other : one);
      kids.add(kidOf(made));
      const lately = [made, ...tokens.slice(-2)].filter((token) => !isExpired(clock, token));
      for (const token of lately) {
        expect([await statusOf(one, token), await statusOf(other, token)]).toEqual([200, 200]);
      }
      tokens.push(made);
    }
    expect(kids.size).toBe(2);
  });

  it("an isolate that couldn't read the keys while they changed signs no token of a key whose time is over", async () => {
    const clock = new TestClock();
    const outage: Outage = {};
    const [one, cut] = [startWorld({}, clock), startWorld(failing(outage), clock)];
    await register(one);
    const first = kidOf(await logIn(cut));
    clock.advance(29 * DAY);
    await runCron(one.core);
    await cut.ask("/healthz");
    outage.DB = true;
    clock.advance(DAY);
    await runCron(one.core);
    const token = await logIn(one);
    expect((await cut.ask("/healthz")).status).toBe(503);
    // the next key was published while it could still read
    expect(await statusOf(cut, token)).toBe(200);
    outage.DB = false;
    clock.advance(5);
    expect(kidOf(await logIn(cut))).toBe(kidOf(token));
    expect(kidOf(token)).not.toBe(first);
  });
});

function isExpired(clock: TestClock, token: string): boolean {
  return JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))).exp <= clock.now();
}

describe("a retired key", () => {
  it("opens nothing when its time is over, whoever has its private half", async () => {
    const world = startWorld();
    await register(world);
    const genuine = await logIn(world);
    const [stored] = await world.core.signingKeys.all();
    if (stored === undefined) throw new Error("no key");
    const { kid, privateKey } = await openSigningKey(world.core.sealer, stored);
    const forged = () => {
      const [, payload = ""] = genuine.split(".");
      const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
      const now = world.clock.now();
      return new SignJWT({ ...claims, iat: now, exp: now + 3_600 })
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid })
        .sign(privateKey);
    };
    expect(await statusOf(world, await forged())).toBe(200);
    await live(world, 29 * DAY);
    await live(world, DAY);
    world.clock.advance(6 * MINUTE + 1);
    expect(await statusOf(world, await forged())).toBe(401);
    world.clock.advance(DAY);
    expect(await statusOf(world, await forged())).toBe(401);
  });

  it("still tells a genuine expired token, so that a session that slept through the rotation is renewed", async () => {
    const world = startWorld({ SIGNING_KEY_ROTATION_DAYS: "1" });
    await register(world);
    await live(world, DAY);
    const { json } = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
    const headers = { "X-Refresh-Token": json.refresh_token };
    await live(world, 20 * DAY);
    expect(await publishedBy(world)).not.toContain(kidOf(json.access_token));
    const answer = await world.ask("/v1/auth/me", { token: json.access_token, headers });
    expect(answer.status).toBe(200);
    const renewed = answer.headers.get("X-New-Access-Token") ?? "";
    expect(await publishedBy(world)).toContain(kidOf(renewed));
  });

  it("is gone when the last session of its time is over", async () => {
    const world = startWorld({ SESSION_TTL_SECONDS: "86400", COMPANY_ACCESS_TOKEN_TTL_SECONDS: "3600" });
    await register(world);
    const first = kidOf(await logIn(world));
    await live(world, 30 * DAY);
    await live(world, DAY + 2 * 3_600);
    const { results } = await env.DB.prepare("SELECT kid FROM signing_keys WHERE kid = ?").bind(first).all();
    expect(results).toEqual([]);
    expect(await audited()).toContainEqual({ action: "signing_key.removed", target: first });
  });
});
