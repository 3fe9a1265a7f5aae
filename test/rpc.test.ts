import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { WORLD } from "../src/core.ts";
import type { Env } from "../src/env.ts";
import { Auth } from "../src/rpc.ts";
import { ADA, emptyStorage } from "./world.ts";

const { Auth: rpc, default: worker } = exports as unknown as { Auth: Auth; default: Fetcher };
const ORIGIN = "http://localhost:8787";

async function post(path: string, json: object, token?: string): Promise<Record<string, string>> {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const request = new Request(`${ORIGIN}/v1/auth/${path}`, { method: "POST", headers, body: JSON.stringify(json) });
  return (await worker.fetch(request)).json();
}

describe("the RPC class, called as a sibling calls it", () => {
  let token: string;
  beforeAll(async () => {
    await emptyStorage();
    await post("register", ADA);
    token = (await post("login", ADA)).access_token ?? "";
  });

  it("takes a request, its headers or the token alone, and answers the same", async () => {
    const headers = { Authorization: `Bearer ${token}` };
    const credential = await rpc.verify(token);
    expect(credential).toMatchObject({ active: true, kind: "user", role: "admin", scopes: [] });
    expect(await rpc.verify(new Request(ORIGIN, { headers }))).toEqual(credential);
    expect(await rpc.verify(new Headers(headers))).toEqual(credential);
  });

  it("takes an API key alone", async () => {
    const { key = "" } = await post("api-keys", { name: "A key", scopes: ["agents:read"] }, token);
    expect(await rpc.verify(key)).toMatchObject({ active: true, kind: "api_key", scopes: ["agents:read"] });
  });

  it.each(["", "x", "a.b.c", "sk_live_0000000000000000000000000000000000"])("refuses %j", async (credential) => {
    expect(await rpc.verify(credential)).toEqual({
      ...{ active: false, reason: "unauthenticated", retryAfterSeconds: null },
    });
  });
});

it("a Latchkey that is not configured is unavailable, and its log says why", async () => {
  const log = vi.spyOn(WORLD.log, "write").mockReturnValue();
  const ctx = createExecutionContext();
  const unconfigured = new Auth(ctx, { ENVIRONMENT: "production" } as unknown as Env);
  expect(await unconfigured.verify("a.b.c")).toMatchObject({ active: false, reason: "unavailable" });
  await waitOnExecutionContext(ctx);
  expect(log.mock.calls).toEqual([["error", "refused", expect.objectContaining({ refusal: "misconfigured" })]]);
  log.mockRestore();
});
