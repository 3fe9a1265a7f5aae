import { beforeEach, describe, expect, it } from "vitest";
import { DIALECTS } from "../../src/http/app.ts";
import { PAGES } from "../../src/pages/pages.ts";
import { type Answered, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";
import { pathOf, sampleOf, takesBody } from "./samples.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

const JUNK = { Authorization: "Bearer junk", "X-API-Key": "junk", "X-Refresh-Token": "junk" };

function expectSafeHeaders({ headers }: Answered): void {
  expect(headers.get("Cache-Control")).toBe("no-store");
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(headers.get("Strict-Transport-Security")).toMatch(/^max-age=\d{8}/);
  expect(headers.get("X-Request-Id")).toMatch(/^req_[0-9A-Za-z]{22}$/);
  expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
  expect(headers.get("Set-Cookie")).toBeNull();
}

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))("%s", (_, dialect) => {
  const rows = dialect.rows.map((row) => [`${row.method} ${row.path}`, row] as const);
  const ask = (row: (typeof dialect.rows)[number], headers: Record<string, string> = {}) =>
    world.ask(pathOf(row), { method: row.method, headers, ...(takesBody(row) ? { json: sampleOf(row) } : {}) });

  /** The dialect's own words for a refusal, in the answer that bears them. */
  function expectRefused(answer: Answered, refusal: Parameters<typeof dialect.refuse>[0]["refusal"]): void {
    const requestId = answer.headers.get("X-Request-Id") ?? "";
    const instance = answer.json.instance ?? "";
    const expected = dialect.refuse({ refusal, message: null, field: null, requestId, instance });
    expect(answer.status).toBe(expected.status);
    expect(answer.headers.get("Content-Type")).toBe(expected.contentType);
    expect(answer.json).toEqual(expected.body);
  }

  it.each(rows)("%s: every answer bears the safety headers and a request id", async (_, row) => {
    await register(world);
    const token = await logIn(world);
    for (const headers of [{}, JUNK, { Authorization: `Bearer ${token}` }]) {
      const answer = await ask(row, headers);
      expectSafeHeaders(answer);
      expect(answer.status).toBeLessThan(500);
      if (answer.status === 401) expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
    }
  });

  it.each(rows.filter(([, { access }]) => access !== "public"))(
    "%s: no caller, or a bad one, is 401",
    async (_, row) => {
      for (const headers of [{}, JUNK]) {
        const answer = await ask(row, headers);
        expectRefused(answer, "unauthenticated");
        expect(answer.status).toBe(401);
        expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
      }
    },
  );

  it.each(rows.filter(([, { access }]) => access === "public"))("%s: ignores every credential", async (_, row) => {
    const plain = await ask(row);
    await emptyStorage();
    world = startWorld();
    const junk = await ask(row, JUNK);
    expect(junk.status).toBe(plain.status);
    expect(Object.keys(junk.json)).toEqual(Object.keys(plain.json));
  });

  it.each(rows)("%s: answers the same with a trailing slash", async (_, row) => {
    const plain = await ask(row, JUNK);
    await emptyStorage();
    world = startWorld();
    const slashed = await world.ask(`${pathOf(row)}/`, {
      method: row.method,
      headers: JUNK,
      ...(takesBody(row) ? { json: sampleOf(row) } : {}),
    });
    expect([slashed.status, Object.keys(slashed.json)]).toEqual([plain.status, Object.keys(plain.json)]);
  });

  const looking = rows.filter(([, { method, changes }]) => method === "GET" && !changes);
  it.each(looking)("%s: HEAD is GET without the body", async (_, row) => {
    await register(world);
    const token = await logIn(world);
    for (const headers of [{}, { Authorization: `Bearer ${token}` }]) {
      const get = await ask(row, headers);
      const head = await world.ask(pathOf(row), { method: "HEAD", headers });
      expect([head.status, head.text]).toEqual([get.status, ""]);
      const names = ({ headers }: Answered) => [...headers.keys()].sort();
      expect(names(head)).toEqual(names(get));
    }
  });

  it.each([...new Set(dialect.rows.map(pathOf))])(
    "%s: other methods are 405 and say which ones there are",
    async (path) => {
      const here = dialect.rows.filter((row) => pathOf(row) === path);
      // a HEAD would carry out what the GET changes
      const isLookedAt = here.some(({ method, changes }) => method === "GET" && !changes);
      const allowed = [...here.map(({ method }) => method), ...(isLookedAt ? ["HEAD"] : [])];
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
        if (allowed.some((each) => each === method) || isOfPage(method, path)) continue;
        for (const asked of [path, `${path}/`]) {
          const answer = await world.ask(asked, { method });
          expect(answer.status).toBe(405);
          expect(answer.headers.get("Allow")?.split(", ").sort()).toEqual([...allowed].sort());
          expectSafeHeaders(answer);
          if (method !== "HEAD") expectRefused(answer, "method_not_allowed");
        }
      }
    },
  );

  it("a path that it doesn't have is 404 as JSON, whatever the method, the credential or the body", async () => {
    await register(world);
    const token = await logIn(world);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      for (const headers of [{}, JUNK, { Authorization: `Bearer ${token}` }]) {
        const body = method === "GET" ? {} : { body: "{" };
        const answer = await world.ask(`${dialect.base}/no/such/path`, { method, headers, ...body });
        expect(answer.status).toBe(404);
        expectSafeHeaders(answer);
        if (dialect.base !== "") expectRefused(answer, "not_found");
      }
    }
  });
});

describe("outside of the dialects", () => {
  it.each(["/no/such/path", "/v1", "/v1/authx/me", "/v1/auth", "/.well-known/", "/%2e%2e/etc/passwd", "/%zz", "/%00"])(
    "%s is 404 as JSON",
    async (path) => {
      const answer = await world.ask(path);
      expect(answer.status).toBe(404);
      expect(answer.json).toMatchObject({ status: 404, code: "not_found" });
      expectSafeHeaders(answer);
    },
  );

  it("the public keys may be kept for five minutes, and hold no private half", async () => {
    const answer = await world.ask("/.well-known/jwks.json");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(answer.json).toEqual({
      keys: [
        {
          ...{ kty: "EC", crv: "P-256", alg: "ES256", use: "sig" },
          ...{ kid: expect.stringMatching(/^[\w-]{43}$/), x: expect.any(String), y: expect.any(String) },
        },
      ],
    });
  });

  it("health is 200 while D1 answers and the master key fits, and not kept by anybody", async () => {
    const answer = await world.ask("/healthz");
    expect([answer.status, answer.json]).toEqual([200, { status: "ok" }]);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });
});

/** The pages have a path in common with a dialect. */
function isOfPage(method: string, path: string): boolean {
  return (method === "GET" || method === "HEAD") && PAGES.some((page) => page.path === path);
}
