import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { colleague, founder } from "./organization.ts";
import { scansOf } from "./plans.ts";
import { emptyStorage, startWorld, type World } from "./world.ts";

const MANY = 10_000;

let world: World;
let token: string;
beforeAll(async () => {
  await emptyStorage();
  world = startWorld({ RATE_LIMITS: { "login:ip": "100000/900" } });
  token = (await founder(world, "ada")).token;
});

describe("a statement that reads a whole table is found", () => {
  it.each([
    ["SELECT * FROM members WHERE role = ?", ["SCAN members"]],
    ["SELECT * FROM members m JOIN users u ON u.id = m.user_id WHERE u.full_name = ?", ["SCAN u"]],
    ["SELECT count(*) FROM users", [expect.stringMatching(/^SCAN users USING COVERING INDEX/)]],
    ["UPDATE sessions SET revoked_at = ? WHERE client_id = ?", ["SCAN sessions"]],
    ["SELECT 1 WHERE EXISTS (SELECT 1 FROM users WHERE full_name = ?)", ["SCAN users EXISTS"]],
    ["SELECT * FROM (SELECT * FROM users WHERE full_name = ? LIMIT 9) AS some", ["SCAN users"]],
  ])("%s", async (statement, scans) => {
    expect(await scansOf(statement)).toEqual(scans);
  });

  it.each([
    "SELECT * FROM users WHERE email = ?",
    "SELECT * FROM json_each(?)",
    "SELECT * FROM signing_keys",
    "INSERT INTO users (public_id, email, full_name, created_at) VALUES (?, ?, ?, ?)",
  ])("and one that doesn't is not: %s", async (statement) => {
    expect(await scansOf(statement)).toEqual([]);
  });
});

describe(`with ${MANY.toLocaleString("en")} of everything`, () => {
  beforeAll(async () => {
    const numbers = `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT ${MANY})`;
    const organization = "(SELECT id FROM organizations LIMIT 1)";
    await env.DB.batch(
      [
        `${numbers} INSERT INTO users (public_id, email, full_name, created_at)
         SELECT 'user_' || i, 'user' || i || '@example.com', 'User ' || i, 0 FROM n`,
        `INSERT INTO members (organization_id, user_id, role, created_at)
         SELECT ${organization}, id, 'member', 0 FROM users WHERE public_id LIKE 'user\\__%' ESCAPE '\\' AND length(public_id) < 12`,
        `${numbers} INSERT INTO projects (public_id, organization_id, name, created_at)
         SELECT 'prj_' || i, ${organization}, 'Project ' || i, 0 FROM n`,
        `${numbers} INSERT INTO company_credentials (public_id, organization_id, name, secret_hash, created_at)
         SELECT 'cred_' || i, ${organization}, 'Credential ' || i, 'hash ' || i, 0 FROM n`,
        `${numbers} INSERT INTO audit_log (at, action, result, organization, request_id)
         SELECT i, 'session.opened', 'success', (SELECT public_id FROM organizations LIMIT 1), 'req' FROM n`,
      ].map((statement) => env.DB.prepare(statement)),
    );
  });

  it.each([
    ["members", "members", MANY + 1],
    ["projects", "projects", MANY],
    ["company-credentials", "company_credentials", MANY],
    ["audit-log", "entries", MANY],
  ])("a page of %s reads as few rows at the end as at the beginning", async (path, list, least) => {
    let cursor = "";
    let seen = 0;
    const rows: number[] = [];
    do {
      const page = await rowsReadBy((on) => on.ask(`/v1/auth/${path}?limit=200${cursor}`, { token }));
      rows.push(page.rowsRead);
      seen += page.answer.json[list].length;
      cursor = page.answer.json.next_cursor === null ? "" : `&cursor=${page.answer.json.next_cursor}`;
    } while (cursor !== "");
    expect(seen).toBeGreaterThanOrEqual(least);
    // the caller's own standing, and a member is a row of two tables, found by an index
    expect(Math.max(...rows)).toBeLessThanOrEqual(4 * 200 + 20);
    expect(Math.max(...rows) - (rows[0] ?? 0)).toBeLessThanOrEqual(20);
  });

  it("one member is changed, and kept as the last admin, at the cost of a few rows", async () => {
    const change = await rowsReadBy((on) =>
      on.ask("/v1/auth/members/user_5000", { method: "PATCH", token, json: { role: "viewer" } }),
    );
    expect([change.answer.status, change.rowsRead < 40]).toEqual([200, true]);
    const { id } = (await world.ask("/v1/auth/me", { token })).json;
    const refused = await rowsReadBy((on) =>
      on.ask(`/v1/auth/members/${id}`, { method: "PATCH", token, json: { role: "viewer" } }),
    );
    expect([refused.answer.status, refused.rowsRead < 40]).toEqual([409, true]);
  });

  it("a member of thousands signs in and is known at the cost of a few rows", async () => {
    const { json } = await world.ask("/v1/auth/me", { token });
    const bob = await colleague(world, { organization: json.organization_id, name: "bob", role: "viewer" });
    const { rowsRead } = await rowsReadBy((on) => on.ask("/v1/auth/me", { token: bob.token }));
    expect(rowsRead).toBeLessThan(10);
  });

  /** One request of an isolate of its own, and the rows that D1 read for it. */
  async function rowsReadBy<Answer>(work: (on: World) => Promise<Answer>) {
    let rowsRead = 0;
    const on = startWorld({
      DB: countingReads((rows) => {
        rowsRead += rows;
      }),
    });
    const answer = await work(on);
    return { answer, rowsRead };
  }
});

/** The real database, with the rows that each statement read told to `note`. */
function countingReads(note: (rows: number) => void): D1Database {
  const real = new WeakMap<object, D1PreparedStatement>();

  function counted(statement: D1PreparedStatement): D1PreparedStatement {
    const proxy = new Proxy(statement, {
      get(_, name) {
        if (name === "bind") return (...values: unknown[]) => counted(statement.bind(...values));
        if (name !== "raw" && name !== "all" && name !== "run") throw new TypeError(`${String(name)} is not counted`);
        return async () => {
          const result = await statement.all();
          note(result.meta.rows_read);
          // `raw` alone keeps two columns of one name apart, and doesn't tell what it read: so it reads again
          return name === "raw" ? statement.raw() : result;
        };
      },
    });
    real.set(proxy, statement);
    return proxy;
  }

  return {
    prepare: (query: string) => counted(env.DB.prepare(query)),
    async batch(statements: D1PreparedStatement[]) {
      const results = await env.DB.batch(statements.flatMap((statement) => real.get(statement) ?? []));
      for (const { meta } of results) note(meta.rows_read);
      return results;
    },
  } as unknown as D1Database;
}
