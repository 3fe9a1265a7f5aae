import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADA, type Latchkey, startLatchkey } from "./latchkey.ts";

// The two bundles as they are deployed, side by side: examples/worker asks Latchkey over its service binding.

let latchkey: Latchkey;
let token: string;

beforeAll(async () => {
  latchkey = await startLatchkey();
  token = latchkey.token;
}, 60_000);

afterAll(() => latchkey.close());

async function ask(headers: Record<string, string>, init: { method?: string; body?: string } = {}) {
  const answer = await latchkey.harness.getWorker("sibling").fetch("/", { ...init, headers });
  return { status: answer.status, json: await answer.json(), headers: answer.headers };
}

describe("a sibling Worker asks over its service binding", () => {
  it("whose token it is", async () => {
    const { status, json } = await ask({ Authorization: `Bearer ${token}` });
    expect(status).toBe(200);
    expect(json).toEqual({ hello: expect.stringMatching(/^user_/), kind: "user", role: "admin" });
  });

  it("also for a request with a body, of which only the headers go over", async () => {
    const { status } = await ask({ Authorization: `Bearer ${token}` }, { method: "POST", body: "hello" });
    expect(status).toBe(200);
  });

  it("whose API key it is, and is told when its quota is spent", async () => {
    const { key = "" } = await latchkey.post("api-keys", { name: "A key", rate_limit: 1 }, token);
    expect(await ask({ "X-API-Key": key })).toMatchObject({ status: 200, json: { kind: "api_key" } });
    const spent = await ask({ "X-API-Key": key });
    expect(spent).toMatchObject({ status: 429, json: { error: "too_many_requests" } });
    expect(Number(spent.headers.get("Retry-After"))).toBeGreaterThan(3_500);
  });

  it("and refuses what isn't good: none, an invented one, two at once", async () => {
    const bearer = { Authorization: `Bearer ${token}` };
    for (const headers of [{}, { Authorization: "Bearer a.b.c" }, { ...bearer, "X-API-Key": "sk_live_1" }])
      expect(await ask(headers)).toMatchObject({ status: 401, json: { error: "unauthenticated" } });
  });

  it("and a logout is seen", async () => {
    const { access_token: other = "" } = await latchkey.post("login", ADA);
    expect((await ask({ Authorization: `Bearer ${other}` })).status).toBe(200);
    await latchkey.post("logout", {}, other);
    expect((await ask({ Authorization: `Bearer ${other}` })).status).toBe(401);
  });

  it("and nothing that was printed holds the token", () => {
    const printed = JSON.stringify(latchkey.harness.getLogs());
    expect(printed).toContain("rpc verify");
    expect(printed).not.toContain(token);
  });
});
