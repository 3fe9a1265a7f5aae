import type { JWTPayload } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createVerifier, type Verifier } from "../../src/client/verify.ts";
import { KeyServer } from "./key-server.ts";

let server: KeyServer;
let verifier: Verifier;
beforeEach(async () => {
  server = await KeyServer.start();
  verifier = createVerifier({ issuer: server.issuer, fetch: server.fetch, now: () => server.now });
});

afterEach(() => {
  vi.useRealTimers();
});

const isActive = async (token: string) => (await verifier.verify(token)).active;

describe("the public keys", () => {
  it("are fetched once for many tokens, also when those come at once", async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => server.sign()));
    expect(await Promise.all(tokens.map(isActive))).toEqual(tokens.map(() => true));
    expect(await isActive(await server.sign())).toBe(true);
    expect(server.loads).toBe(1);
  });

  it("are fetched again after 300 seconds, so that a withdrawn one goes", async () => {
    const old = await server.sign();
    expect(await isActive(old)).toBe(true);
    await server.rotate();
    server.retire();
    server.now += 299;
    expect(await isActive(old)).toBe(true);
    server.now += 1;
    expect(await isActive(old)).toBe(false);
    expect(server.loads).toBe(2);
  });

  it("outlive an outage of the issuer, who is asked again after five seconds", async () => {
    const token = await server.sign();
    expect(await isActive(token)).toBe(true);
    server.down = true;
    server.now += 300;
    expect(await isActive(token)).toBe(true);
    expect(await isActive(token)).toBe(true);
    expect(server.loads).toBe(2);
    server.down = false;
    server.now += 5;
    expect(await isActive(token)).toBe(true);
    expect(server.loads).toBe(3);
  });

  it("that could never be had make a token unavailable, not wrong", async () => {
    server.down = true;
    expect(await verifier.verify(await server.sign())).toMatchObject({ active: false, reason: "unavailable" });
    server.down = false;
    expect(await isActive(await server.sign())).toBe(true);
  });

  it("that are not a key set are unavailable too", async () => {
    const fetch = async () => Response.json({ error: "nothing here" });
    const lost = createVerifier({ issuer: server.issuer, fetch, now: () => server.now });
    expect(await lost.verify(await server.sign())).toMatchObject({ reason: "unavailable" });
  });

  it("of another origin are never fetched: a redirect is an outage", async () => {
    const fetch = async () => Response.redirect("https://evil.example/jwks.json");
    const led = createVerifier({ issuer: server.issuer, fetch, now: () => server.now });
    expect(await led.verify(await server.sign())).toMatchObject({ reason: "unavailable" });
  });
});

it("whoever waits for another's fetch waits no longer than for one of their own", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let asked = 0;
  const fetch: typeof globalThis.fetch = (input) => {
    asked++;
    // the first belongs to a request that is gone: on Workers its promise never settles
    return asked === 1 ? new Promise(() => {}) : server.fetch(input);
  };
  verifier = createVerifier({ issuer: server.issuer, fetch, now: () => server.now });
  const token = await server.sign();
  void verifier.verify(token);
  const second = isActive(token);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await second).toBe(true);
  expect(asked).toBe(2);
});

describe("a key that isn't known", () => {
  beforeEach(async () => {
    await isActive(await server.sign());
  });

  it("is fetched once, also by twenty tokens at once: a rotation loses no request", async () => {
    const before = await server.sign();
    await server.rotate();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => server.sign()));
    expect(await Promise.all([before, ...tokens].map(isActive))).not.toContain(false);
    expect(server.loads).toBe(2);
  });

  it("is found by every rotation, however soon after the last", async () => {
    for (let round = 0; round < 5; round++) {
      await server.rotate();
      expect(await isActive(await server.sign())).toBe(true);
    }
    expect(server.loads).toBe(6);
  });

  it("is looked for in a fetch that began after the question", async () => {
    const fetched = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    let slow = true;
    const fetch: typeof globalThis.fetch = async (input) => {
      const answer = await server.fetch(input);
      if (slow) {
        slow = false;
        arrived.resolve();
        await fetched.promise;
      }
      return answer;
    };
    verifier = createVerifier({ issuer: server.issuer, fetch, now: () => server.now });
    const first = isActive(await server.sign());
    await arrived.promise;
    await server.rotate();
    const second = isActive(await server.sign());
    fetched.resolve();
    expect(await Promise.all([first, second])).toEqual([true, true]);
  });

  it("that was invented costs one fetch in five seconds, however many come", async () => {
    const invented = await server.sign({}, { kid: "invented" });
    expect(await Promise.all(Array.from({ length: 20 }, () => isActive(invented)))).not.toContain(true);
    expect(await isActive(invented)).toBe(false);
    expect(server.loads).toBe(2);
    server.now += 5;
    expect(await isActive(invented)).toBe(false);
    expect(server.loads).toBe(3);
  });

  it("is unavailable while the issuer is down: the token may be good", async () => {
    await server.rotate();
    server.down = true;
    expect(await verifier.verify(await server.sign())).toMatchObject({ active: false, reason: "unavailable" });
  });
});

describe("the rules are the Worker's", () => {
  it.each<[string, JWTPayload, object]>([
    ["another issuer", { iss: "https://evil.example" }, {}],
    ["another audience", { aud: "https://other.example" }, {}],
    ["another type", {}, { typ: "JWT" }],
    ["a link to other keys", {}, { jku: "https://evil.example/jwks.json" }],
    ["an unknown kind", { kind: "robot" }, {}],
    ["no kind", { kind: undefined }, {}],
    ["no session", { sid: undefined }, {}],
    ["a life of more than a day", { exp: 1_800_000_000 + 86_401 }, {}],
    ["a future iat", { iat: 1_800_000_031, exp: 1_800_003_600 }, {}],
  ])("%s is refused", async (_, claims, header) => {
    expect(await isActive(await server.sign())).toBe(true);
    expect(await verifier.verify(await server.sign(claims, header))).toMatchObject({ reason: "unauthenticated" });
  });

  it("but for the clock: a token is taken until 30 seconds past its end", async () => {
    const token = await server.sign();
    server.now += 3_600 + 29;
    expect(await isActive(token)).toBe(true);
    server.now += 1;
    expect(await isActive(token)).toBe(false);
  });

  it.each(["user", "team", "company"])("a token of the kind %s is taken, and says whose it is", async (kind) => {
    expect(await verifier.verify(await server.sign({ kind }))).toEqual({
      ...{ active: true, kind, subject: "user_1", organization: "org_1", role: "admin", scopes: [] },
      expiresAt: server.now + 3_600,
    });
  });
});
