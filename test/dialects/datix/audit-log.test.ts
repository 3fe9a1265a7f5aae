import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { chainAuditLog } from "../../../src/domain/audit-chain.ts";
import { colleague, founder, type Person } from "../../organization.ts";
import { ADA, emptyStorage, startWorld, type World } from "../../world.ts";

let world: World;
let ada: Person;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await founder(world, "ada");
});

const read = (query = "", headers: Record<string, string> = {}) =>
  world.ask(`/v1/auth/audit-log${query}`, { token: ada.token, headers });
const make = (name: string) => world.ask("/v1/auth/projects", { token: ada.token, json: { name } });
const actionsOf = (answer: { json: { entries: { action: string }[] } }) =>
  answer.json.entries.map(({ action }) => action);

describe("the audit log", () => {
  it("tells who did what, on what, from where, with what result", async () => {
    world.clock.advance(1);
    const headers = { "User-Agent": "curl/8", "CF-Connecting-IP": "198.51.100.9" };
    const made = await world.ask("/v1/auth/projects", { token: ada.token, json: { name: "x" }, headers });
    const answer = await read();
    expect(answer.status).toBe(200);
    expect(actionsOf(answer)).toEqual(["project.created", "session.opened", "user.registered"]);
    expect(answer.json.entries[0]).toEqual({
      sequence: null,
      at: "2026-01-01T00:00:01Z",
      action: "project.created",
      result: "success",
      actor: ada.id,
      organization_id: ada.organization,
      target: made.json.id,
      ip_address: "198.51.100.9",
      country: null,
      user_agent: "curl/8",
      request_id: made.headers.get("X-Request-Id"),
      chained: false,
      chain_hash: null,
    });
  });

  it("shows a failed login to the organization whose member it was tried on", async () => {
    await world.ask("/v1/auth/login", { json: { email: ada.email, password: "wrong" } });
    const [entry] = (await read("?action=login.failed")).json.entries;
    expect(entry).toMatchObject({ result: "failure", actor: null, target: ada.id });
  });

  it("shows an organization nothing of another", async () => {
    await founder(world, "eve");
    expect(actionsOf(await read())).toEqual(["session.opened", "user.registered"]);
  });

  it("is for admins", async () => {
    for (const role of ["member", "viewer"] as const) {
      const { token } = await colleague(world, { organization: ada.organization, name: role, role });
      expect((await world.ask("/v1/auth/audit-log", { token })).status).toBe(403);
    }
  });

  it("is filtered by what, who, on what, result and time", async () => {
    const bob = await colleague(world, { organization: ada.organization, name: "bob", role: "admin" });
    world.clock.advance(100);
    const { id } = (await make("one")).json;
    await world.ask("/v1/auth/projects", { token: bob.token, json: { name: "two" } });
    await world.ask("/v1/auth/login", { json: { email: ada.email, password: "wrong" } });
    const found = async (query: string) => actionsOf(await read(query));
    expect(await found("?action=project.created")).toHaveLength(2);
    expect(await found(`?actor=${bob.id}`)).toEqual(["project.created", "organization.switched"]);
    expect(await found(`?target=${id}&actor=${ada.id}`)).toEqual(["project.created"]);
    expect(await found("?result=failure")).toEqual(["login.failed"]);
    expect(await found("?from=2026-01-01T00:01:40Z")).toHaveLength(3);
    expect(await found("?to=2026-01-01T00:01:39Z&action=project.created")).toEqual([]);
    expect(await found("?action=nothing")).toEqual([]);
  });

  it.each([
    ["?from=yesterday", "from"],
    ["?to=2026-13-01T00:00:00Z", "to"],
    ["?to=2026-02-30T00:00:00Z", "to"],
    ["?result=maybe", "result"],
    ["?format=xml", "format"],
    ["?cursor=MQ", "cursor"],
    ["?limit=1001", "limit"],
  ])("refuses %s", async (query, field) => {
    const answer = await read(query);
    expect([answer.status, answer.json.errors[0].field]).toEqual([400, field]);
  });

  it("comes in pages, filtered or not, without a gap or a repetition", async () => {
    for (let n = 0; n < 7; n++) {
      world.clock.advance(n % 2); // two of one second each
      await make(`p${n}`);
    }
    for (const filter of ["", "&action=project.created"]) {
      const all = (await read(`?limit=100${filter}`)).json.entries;
      const seen: unknown[] = [];
      let cursor = "";
      do {
        const { entries, next_cursor } = (await read(`?limit=2${filter}${cursor}`)).json;
        seen.push(...entries);
        cursor = next_cursor === null ? "" : `&cursor=${next_cursor}`;
      } while (cursor !== "" && seen.length < 20);
      expect(seen).toEqual(all);
    }
  });

  it("looks through a bounded number of entries a page, and goes on behind them", async () => {
    await world.bindings.DB.prepare(
      `WITH RECURSIVE n(at) AS (VALUES (2000000000) UNION ALL SELECT at + 1 FROM n LIMIT 12000)
       INSERT INTO audit_log (at, action, result, organization, request_id)
       SELECT at, 'session.opened', 'success', ?, 'req' FROM n`,
    )
      .bind(ada.organization)
      .run();
    let cursor = "";
    const pages: number[] = [];
    do {
      const { entries, next_cursor } = (await read(`?action=user.registered${cursor}`)).json;
      pages.push(entries.length);
      cursor = next_cursor === null ? "" : `&cursor=${next_cursor}`;
    } while (cursor !== "" && pages.length < 9);
    expect(pages).toEqual([0, 0, 1]);
  });
});

describe("the audit log as CSV", () => {
  it.each([
    ["?format=csv", {}],
    ["", { Accept: "text/csv" }],
    ["", { Accept: "text/csv;q=0.9, application/json;q=0.5" }],
  ])("is given for %j %j", async (query, headers: Record<string, string>) => {
    const answer = await read(query, headers);
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("Content-Disposition")).toBe("attachment");
    const lines = answer.text.split("\r\n");
    expect(lines[0]).toBe(
      '"sequence","at","action","result","actor","organization_id","target","ip_address","country","user_agent","request_id","chained","chain_hash"',
    );
    expect(lines[1]).toMatch(/^,"2026-01-01T00:00:00Z","session.opened","success","user_/);
    expect(lines).toHaveLength(4);
  });

  it.each([
    { Accept: "*/*" },
    { Accept: "application/json, text/csv" },
    { Accept: "text/csv;q=0.1, application/json" },
  ])("is not given for %j", async (headers) => {
    expect((await read("", headers)).headers.get("Content-Type")).toBe("application/json");
  });

  it("says where it goes on", async () => {
    const answer = await read("?format=csv&limit=1");
    const next = await read(`?format=csv&limit=1&cursor=${answer.headers.get("X-Next-Cursor")}`);
    expect(next.text).toContain("user.registered");
    expect(next.headers.get("X-Next-Cursor")).toBe("");
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil")'])(
    "makes text of what a spreadsheet would run: %s",
    async (agent) => {
      const login = { json: { email: ada.email, password: ADA.password }, headers: { "User-Agent": agent } };
      await world.ask("/v1/auth/login", login);
      expect((await read("?format=csv&limit=1")).text).toContain(`,"'${agent.replaceAll('"', '""')}",`);
    },
  );
});

describe("the chain", () => {
  it("can be checked from an export alone, by its description", async () => {
    await make("one");
    await founder(world, "eve");
    await make("two");
    // two accounts made and two logins, two projects, and the first signing key
    expect(await chainAuditLog(world.core)).toBe(7);
    await make("three");
    const { entries, head } = (await read()).json;
    expect(entries[0]).toMatchObject({ chained: false, sequence: null });
    let hash = "0".repeat(64);
    for (const [at, entry] of entries.slice(1).toReversed().entries()) {
      const { action, result, actor, organization_id, target, ip_address, country, user_agent, request_id } = entry;
      const event = [at + 1, Date.parse(entry.at) / 1000, action, result, actor, organization_id, target];
      const json = JSON.stringify([...event, ip_address, country, user_agent, request_id]);
      hash = createHash("sha256").update(`${hash}\n${json}`).digest("hex");
      expect([entry.sequence, entry.chain_hash, entry.chained]).toEqual([at + 1, hash, true]);
    }
    expect(head).toEqual({ sequence: 4, chain_hash: hash });
  });
});

describe("the check", () => {
  const check = (query = "") => world.ask(`/v1/auth/audit-log/check${query}`, { token: ada.token });
  const sql = (text: string) => world.bindings.DB.prepare(text).bind(ada.organization).run();

  it("finds a chain intact, and tells where it ends", async () => {
    await chainAuditLog(world.core);
    const { head } = (await read()).json;
    expect((await check()).json).toEqual({ intact: true, problem: null, ...head });
    expect((await check(`?sequence=${head.sequence}&chain_hash=${head.chain_hash}`)).json.intact).toBe(true);
  });

  it.each([
    ["altered", "UPDATE audit_log SET target = 'user_0' WHERE organization = ? AND sequence = 1", 1],
    ["removed", "DELETE FROM audit_log WHERE organization = ? AND sequence = 1", 1],
    ["removed", "DELETE FROM audit_log WHERE organization = ? AND sequence = 2", 2],
  ])("finds an entry that was %s: %s", async (problem, statement, sequence) => {
    await chainAuditLog(world.core);
    await sql(statement);
    expect((await check()).json).toEqual({ intact: false, problem, sequence, chain_hash: null });
  });

  it("finds out a log that was shortened with its head, by a head that was kept", async () => {
    await chainAuditLog(world.core);
    const { head, entries } = (await read()).json;
    await sql("DELETE FROM audit_log WHERE organization = ? AND sequence = 2");
    await world.bindings.DB.prepare("UPDATE audit_heads SET sequence = 1, hash = ? WHERE organization = ?")
      .bind(entries[1].chain_hash, ada.organization)
      .run();
    expect((await check()).json.intact).toBe(true);
    const kept = await check(`?sequence=${head.sequence}&chain_hash=${head.chain_hash}`);
    expect(kept.json).toEqual({ intact: false, problem: "removed", sequence: 2, chain_hash: null });
  });

  it.each([
    ["?sequence=1", "chain_hash"],
    [`?chain_hash=${"0".repeat(64)}`, "chain_hash"],
    [`?sequence=0&chain_hash=${"0".repeat(64)}`, "sequence"],
    ["?sequence=1&chain_hash=x", "chain_hash"],
  ])("refuses %s", async (query, field) => {
    const answer = await check(query);
    expect([answer.status, answer.json.errors[0].field]).toEqual([400, field]);
  });
});
