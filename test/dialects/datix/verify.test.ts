import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { counted } from "../../bindings.ts";
import { emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";
import { expectProblem, NO_TOKEN } from "./problem.ts";

let world: World;
let ada: { id: string; organization_id: string };
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = (await register(world)).json;
});

describe("GET /verify", () => {
  it("says whose credential it is, until when, and so in headers for a proxy", async () => {
    const answer = await world.ask("/v1/auth/verify", { token: await logIn(world) });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      active: true,
      kind: "user",
      subject: ada.id,
      organization_id: ada.organization_id,
      role: "admin",
      scopes: [],
      expires_at: "2026-01-01T01:00:00Z",
    });
    expect(answer.headers.get("X-Auth-Subject")).toBe(ada.id);
    expect(answer.headers.get("X-Auth-Organization")).toBe(ada.organization_id);
    expect(answer.headers.get("X-Auth-Role")).toBe("admin");
  });

  it("of a user without an organization the headers are there and empty: a proxy overwrites the client's own", async () => {
    await env.DB.prepare("DELETE FROM members").run();
    const answer = await world.ask("/v1/auth/verify", { token: await logIn(world) });
    expect(answer.json).toMatchObject({ organization_id: null, role: null });
    expect([answer.headers.get("X-Auth-Organization"), answer.headers.get("X-Auth-Role")]).toEqual(["", ""]);
  });

  it("answers HEAD with the same headers: forward-auth needs no body", async () => {
    const answer = await world.ask("/v1/auth/verify", { method: "HEAD", token: await logIn(world) });
    expect([answer.status, answer.text, answer.headers.get("X-Auth-Subject")]).toEqual([200, "", ada.id]);
  });

  it("without a credential is 401, and bears none of the headers", async () => {
    const answer = await world.ask("/v1/auth/verify");
    expectProblem(answer, NO_TOKEN);
    expect([...answer.headers.keys()].filter((name) => name.startsWith("x-auth"))).toEqual([]);
  });

  it("asks nothing of D1 or the limiter, and KV once in five seconds", async () => {
    const { bindings, operations } = counted();
    const busy = startWorld(bindings);
    const token = await logIn(busy);
    operations.length = 0;
    for (let n = 0; n < 10; n++) await busy.ask("/v1/auth/verify", { token });
    expect(operations).toEqual(["KV get"]);
    busy.clock.advance(5);
    for (let n = 0; n < 10; n++) await busy.ask("/v1/auth/verify", { token });
    expect(operations).toEqual(["KV get", "KV get"]);
  });

  it("refuses a token that this isolate has verified before, five seconds after another isolate logged it out", async () => {
    const other = startWorld({}, world.clock);
    const token = await logIn(world);
    const status = async () => (await other.ask("/v1/auth/verify", { token })).status;
    expect(await status()).toBe(200);
    await world.ask("/v1/auth/logout", { method: "POST", token });
    world.clock.advance(4);
    expect(await status()).toBe(200);
    world.clock.advance(1);
    expect(await status()).toBe(401);
  });
});
