import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { type Access, type LatchkeyEnv, latchkey } from "../../src/client/hono.ts";
import type { Verification } from "../../src/client/verification.ts";
import { KeyServer } from "./key-server.ts";

let server: KeyServer;
let keyAnswer: Verification;
beforeEach(async () => {
  server = await KeyServer.start();
  keyAnswer = {
    ...{ active: true, kind: "api_key", subject: "user_1", organization: "org_1", role: "member" },
    ...{ scopes: ["agents:read"], expiresAt: server.now + 60 },
  };
});

function appWith(access?: Access): Hono<LatchkeyEnv> {
  const service = { verify: async () => keyAnswer };
  const options = { issuer: server.issuer, fetch: server.fetch, now: () => server.now, service };
  const app = new Hono<LatchkeyEnv>();
  app.use(latchkey(access === undefined ? options : { ...options, access }));
  app.get("/", (c) => c.json({ subject: c.var.auth.subject, kind: c.var.auth.kind }));
  return app;
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const KEY = { headers: { "X-API-Key": "sk_live_1" } };

describe("the middleware", () => {
  it("hands on whose token it was", async () => {
    const answer = await appWith().request("/", bearer(await server.sign()));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ subject: "user_1", kind: "user" });
  });

  it("takes an API key", async () => {
    const answer = await appWith().request("/", KEY);
    expect(await answer.json()).toEqual({ subject: "user_1", kind: "api_key" });
  });

  it("answers 401 with a challenge when there is no good credential", async () => {
    for (const init of [{}, bearer("a.b.c"), { headers: { ...bearer(await server.sign()).headers, ...KEY.headers } }]) {
      const answer = await appWith().request("/", init);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      const problem = { type: "about:blank", title: "Unauthorized", status: 401, code: "unauthenticated" };
      expect(await answer.json()).toEqual(problem);
    }
  });

  it("answers 429 with the time to wait when a key's quota is spent", async () => {
    keyAnswer = { active: false, reason: "too_many_requests", retryAfterSeconds: 12 };
    const answer = await appWith().request("/", KEY);
    expect(answer.status).toBe(429);
    expect(answer.headers.get("Retry-After")).toBe("12");
  });

  it("answers 503 when nobody can say", async () => {
    server.down = true;
    expect((await appWith().request("/", bearer(await server.sign()))).status).toBe(503);
  });
});

describe("access", () => {
  const tokenStatus = async (access: Access, claims: object = {}) =>
    (await appWith(access).request("/", bearer(await server.sign({ ...claims })))).status;
  const keyStatus = async (access: Access) => (await appWith(access).request("/", KEY)).status;

  it("kinds: any of them passes, the others are forbidden", async () => {
    expect(await tokenStatus({ kinds: ["user", "team"] })).toBe(200);
    expect(await tokenStatus({ kinds: ["user"] }, { kind: "company" })).toBe(403);
    expect(await keyStatus({ kinds: ["user"] })).toBe(403);
    expect(await keyStatus({ kinds: ["api_key"] })).toBe(200);
  });

  it("roles: any of them passes, and who has none does not", async () => {
    expect(await tokenStatus({ roles: ["admin"] })).toBe(200);
    expect(await tokenStatus({ roles: ["admin"] }, { role: "member" })).toBe(403);
    expect(await tokenStatus({ roles: ["admin"] }, { role: undefined })).toBe(403);
    expect(await keyStatus({ roles: ["admin"] })).toBe(403);
    expect(await tokenStatus({ roles: [] })).toBe(403);
  });

  it("scopes: a key needs all of them, a token none", async () => {
    expect(await keyStatus({ scopes: ["agents:read"] })).toBe(200);
    expect(await keyStatus({ scopes: ["agents:read", "agents:write"] })).toBe(403);
    expect(await tokenStatus({ scopes: ["agents:write"] })).toBe(200);
  });
});
