import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";
import { expectProblem, NO_TOKEN } from "./problem.ts";

const BOB = { email: "bob@example.com", full_name: "Bob" };
const NOT_FOUND = { status: 404, code: "not_found", detail: "There is nothing here" };

let world: World;
let token: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
});

const list = (of: string) => world.ask("/v1/auth/sessions", { token: of });
const end = (of: string, id: string) => world.ask(`/v1/auth/sessions/${id}`, { method: "DELETE", token: of });
const endOthers = (of: string) => world.ask("/v1/auth/sessions", { method: "DELETE", token: of });
const idOf = (of: string) => String(decodeJwt(of).sid);
const statusOf = async (of: string) => (await world.ask("/v1/auth/me", { token: of })).status;
const verifiedOf = async (of: string) => (await world.ask("/v1/auth/verify", { token: of })).status;

describe("GET /sessions", () => {
  it("lists the live sessions of the caller, newest first, and says which one asks", async () => {
    world.clock.advance(60);
    const headers = { "User-Agent": "curl/8.5", "CF-Connecting-IP": "2001:db8::7" };
    const json = { email: ADA.email, password: ADA.password };
    const second = (await world.ask("/v1/auth/login", { json, headers })).json.access_token;
    const answer = await list(token);
    expect(answer.status).toBe(200);
    const common = { client_id: "datix", country: null };
    expect(answer.json).toEqual({
      sessions: [
        {
          ...common,
          id: idOf(second),
          current: false,
          ip_address: "2001:db8::7",
          user_agent: "curl/8.5",
          created_at: "2026-01-01T00:01:00Z",
          expires_at: "2026-01-31T00:01:00Z",
        },
        {
          ...common,
          id: idOf(token),
          current: true,
          ip_address: "203.0.113.7",
          user_agent: null,
          created_at: "2026-01-01T00:00:00Z",
          expires_at: "2026-01-31T00:00:00Z",
        },
      ],
    });
  });

  it("shows neither ended sessions, nor those that are over, nor another user's", async () => {
    await register(world, BOB);
    await logIn(world, BOB);
    await world.ask("/v1/auth/logout", { method: "POST", token: await logIn(world) });
    const short = startWorld({ SESSION_TTL_SECONDS: "1" });
    await logIn(short);
    world.clock.advance(1);
    expect((await list(token)).json.sessions.map(({ id }: { id: string }) => id)).toEqual([idOf(token)]);
  });

  it("of sessions that began in one second the later one is first", async () => {
    const later = [await logIn(world), await logIn(world), await logIn(world)];
    const ids = (await list(token)).json.sessions.map(({ id }: { id: string }) => id);
    expect(ids).toEqual([token, ...later].map(idOf).reverse());
  });

  it("a User-Agent of any length is cut, not refused", async () => {
    const headers = { "User-Agent": "x".repeat(5_000) };
    const json = { email: ADA.email, password: ADA.password };
    await world.ask("/v1/auth/login", { json, headers });
    expect((await list(token)).json.sessions[0].user_agent).toHaveLength(400);
  });
});

describe("DELETE /sessions/{id}", () => {
  it("ends that session at once, and no other", async () => {
    const other = await logIn(world);
    await verifiedOf(other);
    const answer = await end(token, idOf(other));
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ success: true, message: "Session ended" });
    expect([await statusOf(other), await verifiedOf(other)]).toEqual([401, 401]);
    expect([await statusOf(token), await verifiedOf(token)]).toEqual([200, 200]);
  });

  it("another user's session is 404 and stays as it was", async () => {
    await register(world, BOB);
    const bobs = await logIn(world, BOB);
    expectProblem(await end(token, idOf(bobs)), NOT_FOUND);
    expect([await statusOf(bobs), await verifiedOf(bobs)]).toEqual([200, 200]);
  });

  it.each(["ses_0000000000000000000000", "junk", "%00", "%F0%9F%94%91", "'%20OR%201=1--", "..", "%2e%2e%2fme"])(
    "the id %s is 404",
    async (id) => {
      const answer = await end(token, id);
      expect(answer.status).toBe(404);
      expect(answer.json).toMatchObject(NOT_FOUND);
      expect(await statusOf(token)).toBe(200);
    },
  );

  it("an ended session is 404 the second time", async () => {
    const other = await logIn(world);
    await end(token, idOf(other));
    expectProblem(await end(token, idOf(other)), NOT_FOUND);
  });

  it("its own session too: that is a logout", async () => {
    expect((await end(token, idOf(token))).status).toBe(200);
    expectProblem(await list(token), NO_TOKEN);
  });
});

describe("DELETE /sessions", () => {
  it("ends every other session of the caller at once, keeps this one, and touches nobody else's", async () => {
    await register(world, BOB);
    const bobs = await logIn(world, BOB);
    const others = [await logIn(world), await logIn(world), await logIn(world)];
    for (const other of others) await verifiedOf(other);
    const answer = await endOthers(token);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ success: true, message: "Other sessions ended" });
    for (const other of others) expect([await statusOf(other), await verifiedOf(other)]).toEqual([401, 401]);
    expect([await statusOf(token), await statusOf(bobs)]).toEqual([200, 200]);
  });

  it("is done too when there is no other", async () => {
    expect((await endOthers(token)).status).toBe(200);
    expect(await statusOf(token)).toBe(200);
  });
});
