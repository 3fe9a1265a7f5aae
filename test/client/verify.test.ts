import { createLocalJWKSet, jwtVerify } from "jose";
import { beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import type { Verification as ClientVerification } from "../../src/client/verification.ts";
import { createVerifier, type Verifier } from "../../src/client/verify.ts";
import type { Verification } from "../../src/domain/verify-credential.ts";
import { emptyStorage, logIn, register, startWorld, type World } from "../world.ts";
import { type Asked, fetchOf } from "./fetch.ts";

const ISSUER = "http://localhost:8787";

let world: World;
let token: string;
let asked: Asked;
let verifier: Verifier;
let asking: Verifier;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
  const http = fetchOf(world);
  asked = http.asked;
  const options = { issuer: ISSUER, fetch: http.fetch, now: () => world.clock.now() };
  verifier = createVerifier(options);
  asking = createVerifier({ ...options, ask: "everything" });
});

async function makeKey(settings: object = {}): Promise<{ id: string; key: string }> {
  return (await world.ask("/v1/auth/api-keys", { token, json: { name: "A key", ...settings } })).json;
}

describe("a token", () => {
  it("is verified with one fetch of the public keys, and none after that", async () => {
    const { json: me } = await world.ask("/v1/auth/me", { token });
    const credential = {
      ...{ active: true, kind: "user", subject: me.id, organization: me.organization_id, role: "admin", scopes: [] },
      expiresAt: world.clock.now() + 3_600,
    };
    expect(await verifier.verify(token)).toEqual(credential);
    expect(await verifier.verify(new Headers({ Authorization: `Bearer ${token}` }))).toEqual(credential);
    expect(await verifier.verify(new Request(ISSUER, { headers: { authorization: `bearer ${token}` } }))).toEqual(
      credential,
    );
    expect(asked).toEqual(["GET /.well-known/jwks.json"]);
  });

  it("says the same of itself when Latchkey is asked", async () => {
    expect(await asking.verify(token)).toEqual(await verifier.verify(token));
  });

  it("of an ended session is refused where Latchkey is asked, and elsewhere good until it expires", async () => {
    await world.ask("/v1/auth/logout", { method: "POST", token });
    expect(await asking.verify(token)).toEqual({ active: false, reason: "unauthenticated", retryAfterSeconds: null });
    expect((await verifier.verify(token)).active).toBe(true);
    world.clock.advance(3_630);
    expect((await verifier.verify(token)).active).toBe(false);
  });

  it("is verified by jose too, from the same keys", async () => {
    const { json: jwks } = await world.ask("/.well-known/jwks.json");
    const rules = { issuer: ISSUER, audience: ISSUER, typ: "at+jwt", currentDate: new Date(world.clock.now() * 1000) };
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), rules);
    expect(payload.sub).toMatch(/^user_/);
  });
});

describe("what can't be a credential", () => {
  it.each(["x".repeat(8_193), `${"x".repeat(8_192)}.`, "sk_live_ключ", "sk live", "a\nb", ""])(
    "is refused here, and nobody is asked: %#",
    async (credential) => {
      const refused = { active: false, reason: "unauthenticated", retryAfterSeconds: null };
      expect([await verifier.verify(credential), await asking.verify(credential)]).toEqual([refused, refused]);
      expect(asked).toEqual([]);
    },
  );
});

describe("an API key", () => {
  it("is asked about, and counted", async () => {
    const { key } = await makeKey({ rate_limit: 2, scopes: ["agents:read"] });
    expect(await verifier.verify(key)).toMatchObject({ active: true, kind: "api_key", scopes: ["agents:read"] });
    expect(await verifier.verify(new Headers({ "X-API-Key": key }))).toMatchObject({ active: true });
    const spent = await verifier.verify(key);
    expect(spent).toMatchObject({ active: false, reason: "too_many_requests" });
    expect(spent.active ? null : spent.retryAfterSeconds).toBeGreaterThan(3_500);
    expect(asked).toEqual(["GET /v1/auth/verify", "GET /v1/auth/verify", "GET /v1/auth/verify"]);
  });

  it("that is revoked is refused", async () => {
    const { id, key } = await makeKey();
    await world.ask(`/v1/auth/api-keys/${id}`, { method: "DELETE", token });
    expect(await verifier.verify(key)).toMatchObject({ active: false, reason: "unauthenticated" });
  });

  it("is asked about over the service binding where there is one, by itself and without the request", async () => {
    const told: unknown[] = [];
    const answer = { active: false, reason: "too_many_requests", retryAfterSeconds: 7 } as const;
    const service = {
      verify: async (credential: string | Headers) => {
        told.push(credential);
        return answer;
      },
    };
    const bound = createVerifier({ issuer: ISSUER, service, fetch: () => Promise.reject(new Error("a network hop")) });
    const request = new Request(ISSUER, { method: "POST", headers: { "X-API-Key": "sk_live_1" }, body: "mine" });
    expect(await bound.verify(request)).toEqual(answer);
    expect(told).toEqual(["sk_live_1"]);
    expect(await request.text()).toBe("mine");
  });

  it("whose answer can't be had is unavailable", async () => {
    const down = createVerifier({ issuer: ISSUER, fetch: () => Promise.reject(new TypeError("down")) });
    expect(await down.verify("sk_live_1")).toEqual({ active: false, reason: "unavailable", retryAfterSeconds: null });
    const busy = async () => new Response("", { status: 503, headers: { "Retry-After": "3" } });
    const refused = createVerifier({ issuer: ISSUER, fetch: busy });
    expect(await refused.verify("sk_live_1")).toEqual({ active: false, reason: "unavailable", retryAfterSeconds: 3 });
  });
});

it("no credential, or two of them, are refused without asking anybody", async () => {
  const { key } = await makeKey();
  const both = new Headers({ Authorization: `Bearer ${token}`, "X-API-Key": key });
  for (const credential of ["", new Headers(), new Headers({ Authorization: "Basic YTpi" }), both]) {
    expect(await asking.verify(credential)).toMatchObject({ active: false, reason: "unauthenticated" });
  }
  expect(asked).toEqual([]);
});

it("what the RPC class answers is what the library takes", () => {
  expectTypeOf<Verification>().toExtend<ClientVerification>();
});
