import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness, type TestHarness } from "wrangler";

// The two bundles as they are deployed, side by side: examples/worker asks Latchkey over its service binding.

const ADA = { email: "ada@example.com", password: "correct horse battery" };

let harness: TestHarness;
let token: string;

beforeAll(async () => {
  harness = createTestHarness({
    root: join(import.meta.dirname, "../.."),
    workers: [
      {
        configPath: "wrangler.toml",
        vars: { ENVIRONMENT: "development", ISSUER: "http://localhost:8787", PASSWORD_HASH_ROUNDS: "1" },
        secrets: { MASTER_KEYS: `1:${"k".repeat(43)}` },
      },
      { configPath: "examples/worker/wrangler.toml" },
    ],
  });
  await harness.listen();
  await harness.getWorker<{ DB: D1Database }>("latchkey").applyD1Migrations("DB");
  await latchkey("register", { ...ADA, full_name: "Ada Lovelace", organization_name: "Engines" });
  token = (await logIn()).access_token ?? "";
}, 60_000);

afterAll(() => harness.close());

async function latchkey(path: string, json: object, as?: string): Promise<Record<string, string>> {
  const headers = {
    "Content-Type": "application/json",
    ...(as === undefined ? {} : { Authorization: `Bearer ${as}` }),
  };
  const answer = await harness
    .getWorker("latchkey")
    .fetch(`/v1/auth/${path}`, { method: "POST", headers, body: JSON.stringify(json) });
  return (await answer.json()) as Record<string, string>;
}

const logIn = () => latchkey("login", ADA);

async function ask(headers: Record<string, string>, init: { method?: string; body?: string } = {}) {
  const answer = await harness.getWorker("sibling").fetch("/", { ...init, headers });
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
    const { key = "" } = await latchkey("api-keys", { name: "A key", rate_limit: 1 }, token);
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
    const { access_token: other = "" } = await logIn();
    expect((await ask({ Authorization: `Bearer ${other}` })).status).toBe(200);
    await latchkey("logout", {}, other);
    expect((await ask({ Authorization: `Bearer ${other}` })).status).toBe(401);
  });

  it("and nothing that was printed holds the token", () => {
    const printed = JSON.stringify(harness.getLogs());
    expect(printed).toContain("rpc verify");
    expect(printed).not.toContain(token);
  });
});
