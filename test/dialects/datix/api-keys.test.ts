import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { createApiKey } from "../../../src/domain/api-keys.ts";
import type { SessionId } from "../../../src/domain/ids.ts";
import { testCall } from "../../memory/call.ts";
import { type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const BOB = { email: "bob@example.com", full_name: "Bob" };
const NOT_FOUND = { status: 404, code: "not_found", detail: "There is nothing here" };
const PATH = "/v1/auth/api-keys";
const DAY = 86_400;

let world: World;
let token: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
});

const create = (json: object = { name: "Production API Key" }, of = token) => world.ask(PATH, { token: of, json });
const list = async (of = token) => (await world.ask(PATH, { token: of })).json.api_keys;
const revoke = (id: string, of = token) => world.ask(`${PATH}/${id}`, { method: "DELETE", token: of });
const rotate = (id: string, json: object = {}, of = token) => world.ask(`${PATH}/${id}/rotate`, { token: of, json });
const withKey = (key: string, path = "/v1/auth/verify", on = world) => on.ask(path, { headers: { "X-API-Key": key } });
const statusOf = async (key: string, on = world) => (await withKey(key, "/v1/auth/verify", on)).status;

/** What the object of the key counted, in D1. */
async function saveUsageOf(id: string): Promise<void> {
  expect(await runDurableObjectAlarm(env.KEY_QUOTA.getByName(id))).toBe(true);
}

describe("POST /api-keys", () => {
  it("answers 201 with the key, which lives a year and has 1,000 requests an hour unless it is told otherwise", async () => {
    const answer = await create();
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^key_[0-9A-Za-z]{22}$/),
      name: "Production API Key",
      key: expect.stringMatching(/^sk_live_[0-9A-Za-z]{33}$/),
      created_at: "2026-01-01T00:00:00Z",
      expires_at: "2027-01-01T00:00:00Z",
    });
    expect(await list()).toMatchObject([{ description: null, scopes: [], rate_limit: 1_000 }]);
  });

  it("takes what the documentation names, and the extensions", async () => {
    const settings = { description: "For production integrations", rate_limit: 1_000_000 };
    const scopes = ["agents:read", "agents:write", "agents:read"];
    const { expires_at } = (await create({ name: " One ", ...settings, expires_in_days: 1, scopes })).json;
    expect(expires_at).toBe("2026-01-02T00:00:00Z");
    const kept = { name: "One", ...settings, scopes: ["agents:read", "agents:write"], expires_at };
    expect(await list()).toMatchObject([kept]);
  });

  it.each([
    ["name", {}],
    ["name", { name: "" }],
    ["name", { name: "x".repeat(201) }],
    ["name", { name: "a\nb" }],
    ["description", { name: "One", description: 7 }],
    ["expires_in_days", { name: "One", expires_in_days: 0 }],
    ["expires_in_days", { name: "One", expires_in_days: 3_651 }],
    ["expires_in_days", { name: "One", expires_in_days: 1.5 }],
    ["expires_in_days", { name: "One", expires_in_days: "365" }],
    ["rate_limit", { name: "One", rate_limit: 0 }],
    ["rate_limit", { name: "One", rate_limit: 1_000_001 }],
    ["scopes", { name: "One", scopes: "read" }],
    ["scopes.0", { name: "One", scopes: ["two words"] }],
    ["scopes.1", { name: "One", scopes: ["read", ""] }],
    ["scopes", { name: "One", scopes: Array.from({ length: 51 }, (_, n) => `scope${n}`) }],
  ])("refuses a bad %s: %j", async (field, json) => {
    const answer = await create(json);
    expect(answer.status).toBe(400);
    expect(answer.json.errors).toEqual([{ field, message: expect.any(String) }]);
    expect(await list()).toEqual([]);
  });

  it("a session that ends meanwhile makes no key", async () => {
    const { sessions } = world.core;
    const caller = await sessions.standing(String(decodeJwt(token).sid) as SessionId, world.clock.now());
    if (caller === null) throw new Error("no session");
    await world.ask("/v1/auth/logout", { method: "POST", token });
    const wanted = { name: "Late", description: null, scopes: [], expiresInDays: 1 };
    const making = createApiKey(world.core, { call: testCall(), caller, wanted, prefix: "sk_live" });
    await expect(making).rejects.toMatchObject({ refusal: "unauthenticated" });
  });

  it("the hundred-and-first live key is 409, until one is revoked", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) ids.push((await create({ name: `${n}` })).json.id);
    const refused = await create();
    expect([refused.status, refused.json.code]).toEqual([409, "too_many_api_keys"]);
    await revoke(String(ids[50]));
    expect((await create()).status).toBe(201);
  });
});

describe("GET /api-keys", () => {
  it("lists the live keys, newest first, by their prefix, and no secret", async () => {
    const first = (await create({ name: "First" })).json;
    world.clock.advance(60);
    const second = (await create({ name: "Second", description: "more", scopes: ["read"], rate_limit: 5 })).json;
    const answer = await world.ask(PATH, { token });
    const shown = (key: string) => `${key.slice(0, "sk_live_xyz".length)}...`;
    const unused = { last_used_at: null, usage: [] };
    const settings = { description: "more", scopes: ["read"], rate_limit: 5 };
    expect(answer.json).toEqual({
      api_keys: [
        {
          ...{ id: second.id, name: "Second", key_prefix: shown(second.key) },
          ...{ created_at: "2026-01-01T00:01:00Z", expires_at: "2027-01-01T00:01:00Z" },
          ...{ ...unused, ...settings },
        },
        {
          ...{ id: first.id, name: "First", key_prefix: shown(first.key) },
          ...{ created_at: "2026-01-01T00:00:00Z", expires_at: "2027-01-01T00:00:00Z" },
          ...{ ...unused, description: null, scopes: [], rate_limit: 1_000 },
        },
      ],
    });
    for (const { key } of [first, second]) expect(answer.text).not.toContain(key.slice(12));
  });

  it("shows neither revoked keys, nor expired ones, nor another user's", async () => {
    await register(world, BOB);
    await create({ name: "Bob's" }, await logIn(world, BOB));
    await revoke((await create({ name: "Revoked" })).json.id);
    await create({ name: "Short", expires_in_days: 1 });
    await create({ name: "Long" });
    expect((await list()).map((key: { name: string }) => key.name)).toEqual(["Long", "Short"]);
    world.clock.advance(DAY);
    token = await logIn(world);
    expect((await list()).map((key: { name: string }) => key.name)).toEqual(["Long"]);
  });

  it("tells when each was last used, and how often on which day", async () => {
    const { id, key } = (await create()).json;
    for (let n = 0; n < 3; n++) await withKey(key);
    world.clock.advance(DAY + 30);
    for (let n = 0; n < 2; n++) await withKey(key);
    await saveUsageOf(id);
    token = await logIn(world);
    expect(await list()).toMatchObject([
      {
        last_used_at: "2026-01-02T00:00:30Z",
        usage: [
          { date: "2026-01-02", requests: 2 },
          { date: "2026-01-01", requests: 3 },
        ],
      },
    ]);
  });
});

describe("DELETE /api-keys/{id}", () => {
  it("revokes: this isolate refuses the key at once, others within ten seconds", async () => {
    const { id, key } = (await create()).json;
    const elsewhere = startWorld({}, world.clock);
    expect([await statusOf(key), await statusOf(key, elsewhere)]).toEqual([200, 200]);
    const answer = await revoke(id);
    expect([answer.status, answer.json]).toEqual([200, { success: true, message: "API key revoked" }]);
    expect(await statusOf(key)).toBe(401);
    expect((await withKey(key, "/v1/auth/me", elsewhere)).status).toBe(401);
    world.clock.advance(10);
    expect(await statusOf(key, elsewhere)).toBe(401);
  });

  it("another user's key, and one that isn't there, is 404 and untouched", async () => {
    await register(world, BOB);
    const bob = await logIn(world, BOB);
    const { id, key } = (await create({ name: "Bob's" }, bob)).json;
    for (const answer of [
      await revoke(id),
      await revoke("key_unknown"),
      await rotate(id),
      await rotate("key_unknown"),
    ]) {
      expect([answer.status, answer.json]).toEqual([404, expect.objectContaining(NOT_FOUND)]);
    }
    expect(await statusOf(key)).toBe(200);
    expect(await list(bob)).toHaveLength(1);
  });

  it("of 8 parallel revocations one is 200, the others 404", async () => {
    const { id } = (await create()).json;
    const answers = await Promise.all(Array.from({ length: 8 }, () => revoke(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(404)]);
  });
});

describe("POST /api-keys/{id}/rotate", () => {
  it("answers with a new secret of the same key, and the old one ends at once", async () => {
    const { key: old, ...same } = (await create({ name: "One", rate_limit: 7, scopes: ["read"] })).json;
    expect(await statusOf(old)).toBe(200);
    world.clock.advance(60);
    const answer = await rotate(same.id);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ ...same, key: expect.stringMatching(/^sk_live_[0-9A-Za-z]{33}$/) });
    expect(answer.json.key).not.toBe(old);
    expect([await statusOf(old), await statusOf(answer.json.key)]).toEqual([401, 200]);
    expect(await list()).toMatchObject([{ key_prefix: `${answer.json.key.slice(0, 11)}...`, rate_limit: 7 }]);
  });

  it("with an overlap the old secret is good until it ends, and says so; both count in one quota", async () => {
    const { id, key: old } = (await create({ name: "One", rate_limit: 3 })).json;
    const { key } = (await rotate(id, { overlap_seconds: 60 })).json;
    expect((await withKey(old)).json.expires_at).toBe("2026-01-01T00:01:00Z");
    expect((await withKey(key)).json.expires_at).toBe("2027-01-01T00:00:00Z");
    world.clock.advance(59);
    expect([await statusOf(old), await statusOf(key)]).toEqual([200, 429]);
    world.clock.advance(1);
    expect([await statusOf(old), await statusOf(key)]).toEqual([401, 429]);
  });

  it.each([-1, 604_801, 1.5, "60"])("refuses the overlap %j", async (overlap_seconds) => {
    const { id, key } = (await create()).json;
    const answer = await rotate(id, { overlap_seconds });
    expect([answer.status, answer.json.errors[0].field]).toEqual([400, "overlap_seconds"]);
    expect(await statusOf(key)).toBe(200);
  });

  it("takes no body for no overlap", async () => {
    const { id, key } = (await create()).json;
    expect((await world.ask(`${PATH}/${id}/rotate`, { method: "POST", token })).status).toBe(200);
    expect(await statusOf(key)).toBe(401);
  });
});

describe("GET /verify with a key", () => {
  it("answers for the key as for a token", async () => {
    const { id: subject, organization_id } = (await world.ask("/v1/auth/me", { token })).json;
    const { key } = (await create({ name: "One", scopes: ["read"], expires_in_days: 7 })).json;
    const answer = await withKey(key);
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        ...{ active: true, kind: "api_key", subject, organization_id, role: "admin", scopes: ["read"] },
        expires_at: "2026-01-08T00:00:00Z",
      },
    ]);
    expect(answer.headers.get("X-Auth-Subject")).toBe(subject);
    expect(answer.headers.get("X-Auth-Organization")).toBe(organization_id);
    expect(answer.headers.get("X-Auth-Role")).toBe("admin");
  });

  it("an expired key is 401 in the second of its end", async () => {
    const { key } = (await create({ name: "One", expires_in_days: 1 })).json;
    world.clock.advance(DAY - 1);
    expect(await statusOf(key)).toBe(200);
    world.clock.advance(1);
    expect(await statusOf(key)).toBe(401);
  });

  it("a key counts in its header alone: not in a query string, as a bearer, or as a cookie", async () => {
    const { key } = (await create()).json;
    const elsewhere: Answered[] = [
      await world.ask(`/v1/auth/verify?api_key=${key}&X-API-Key=${key}&key=${key}`),
      await world.ask("/v1/auth/verify", { token: key }),
      await world.ask("/v1/auth/verify", { headers: { Cookie: `X-API-Key=${key}` } }),
      await world.ask("/v1/auth/verify", { headers: { "X-API-Key": `${key}, ${key}` } }),
    ];
    for (const { status, headers } of elsewhere) {
      expect([status, headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    }
  });

  it("a token and a key at once are refused, good as both are; an empty header is no key", async () => {
    const { key } = (await create()).json;
    for (const path of ["/v1/auth/verify", "/v1/auth/me", "/v1/auth/sessions"]) {
      expect((await world.ask(path, { token, headers: { "X-API-Key": key } })).status).toBe(401);
      expect((await world.ask(path, { token, headers: { "X-API-Key": "" } })).status).toBe(200);
    }
  });
});

describe("what a key may do", () => {
  it("reads its owner's profile and keys", async () => {
    const { key, id } = (await create()).json;
    const me = (await world.ask("/v1/auth/me", { token })).json;
    expect((await withKey(key, "/v1/auth/me")).json).toEqual(me);
    expect((await withKey(key, PATH)).json.api_keys).toMatchObject([{ id }]);
  });

  it("changes no credential, makes no key and sees no session: 403, and a bad key 401", async () => {
    const { key, id } = (await create()).json;
    const json = { name: "Another", current_password: "correct horse battery", new_password: "another password" };
    for (const [method, path] of [
      ["POST", PATH],
      ["DELETE", `${PATH}/${id}`],
      ["POST", `${PATH}/${id}/rotate`],
      ["POST", "/v1/auth/change-password"],
      ["PATCH", "/v1/auth/me"],
      ["POST", "/v1/auth/refresh"],
      ["POST", "/v1/auth/logout"],
      ["GET", "/v1/auth/sessions"],
      ["DELETE", "/v1/auth/sessions"],
    ] as const) {
      const asked = { method, ...(method === "GET" ? {} : { json }) };
      const refused = await world.ask(path, { ...asked, headers: { "X-API-Key": key } });
      expect([refused.status, refused.json.code]).toEqual([403, "forbidden"]);
      expect(refused.headers.get("RateLimit")).toMatch(/^"key";r=\d+;t=\d+$/);
      const bad = await world.ask(path, { ...asked, headers: { "X-API-Key": `${key.slice(0, -1)}!` } });
      expect(bad.status).toBe(401);
    }
    expect(await list()).toHaveLength(1);
    expect(await statusOf(key)).toBe(200);
  });
});

describe("traces", () => {
  it("each change is in the audit log, with who, what and where", async () => {
    const { id: actor, organization_id: organization } = (await world.ask("/v1/auth/me", { token })).json;
    const { id } = (await create()).json;
    await rotate(id);
    await revoke(id);
    await revoke(id);
    const { results } = await env.DB.prepare("SELECT * FROM audit_log WHERE action LIKE 'api_key.%' ORDER BY id").all();
    const common = { actor, organization, target: id, result: "success", address: "203.0.113.7" };
    expect(results).toMatchObject([
      { action: "api_key.created", ...common },
      { action: "api_key.rotated", ...common },
      { action: "api_key.revoked", ...common },
    ]);
  });

  it("no secret is stored or logged", async () => {
    const { id, key } = (await create()).json;
    const { key: next } = (await rotate(id, { overlap_seconds: 60 })).json;
    await withKey(key);
    await withKey(`${next.slice(0, -1)}!`);
    await withKey(next, "/v1/auth/sessions");
    const rows = [];
    for (const table of ["api_keys", "api_key_secrets", "audit_log"]) {
      rows.push((await env.DB.prepare(`SELECT * FROM ${table}`).all()).results);
    }
    const kept = JSON.stringify(rows) + world.log.lines.join("");
    for (const secret of [key, next]) {
      for (const part of [secret, secret.slice(12), secret.slice(8, 30)]) expect(kept).not.toContain(part);
    }
  });
});
