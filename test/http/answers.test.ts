import { beforeAll, describe, expect, it } from "vitest";
import type { Refusal } from "../../src/domain/error.ts";
import { DIALECTS } from "../../src/http/app.ts";
import { refusalsOf } from "../../src/wire/answers.ts";
import type { Row } from "../../src/wire/dialect.ts";
import { refusalIn } from "../contract.ts";
import { ADA, type Asked, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

// A refusal that no answer bears out would be a false promise as much as one that is not documented.

let world: World;
let token: string;
/** API keys: one is good, the other's quota is spent */
let key: string;
let spentKey: string;
/** good tokens of other kinds than a user's */
let teamToken: string;
let companyToken: string;
beforeAll(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
  const made = async (rate_limit: number) =>
    (await world.ask("/v1/auth/api-keys", { token, json: { name: "One", rate_limit } })).json.key;
  [key, spentKey] = [await made(1_000), await made(1)];
  await world.ask("/v1/auth/verify", { headers: { "X-API-Key": spentKey } });
  const { email, password } = ADA;
  teamToken = (await world.ask("/api/login", { json: { email, password } })).json.vaultToken;
  const credential = await world.ask("/v1/auth/company-credentials", { token, json: { name: "x" } });
  const company = await world.ask("/auth/login", { json: { companyId: credential.json.company_id } });
  companyToken = company.json.accessToken;
});

const FAULTS: readonly Refusal[] = ["internal", "misconfigured", "unavailable"];

/** Requests that are wrong in every way that the row's columns speak of; none is carried out. */
function wrongRequests({ path, method, access, params, query, body }: Row): { path: string; asked: Asked }[] {
  const plain = path.replace(/:\w+/g, "1");
  const tooLong = path.replace(/:\w+/g, "x".repeat(300));
  const json = { "Content-Type": "application/json" };
  const bodies: Asked[] = [
    { headers: json, body: "{" },
    { headers: json, body: JSON.stringify("x".repeat(70_000)) },
    { headers: { "Content-Type": "text/plain" }, body: "{}" },
    ...(body === undefined ? [] : [{ headers: json, body: "[]" }]),
  ];
  return [
    { path: plain, asked: { method, token: "none" } },
    ...(access === "public" ? [] : [{ path: plain, asked: { method, headers: { "X-API-Key": spentKey } } }]),
    ...(access === "session" ? [{ path: plain, asked: { method, headers: { "X-API-Key": key } } }] : []),
    ...(access === "public" ? [] : [{ path: plain, asked: { method, token: teamToken } }]),
    ...(access === "public" ? [] : [{ path: plain, asked: { method, token: companyToken } }]),
    ...fieldNames(query).map((name) => ({ path: `${plain}?${name}=%00`, asked: { method, token } })),
    ...(method === "GET" ? [] : bodies.map((body) => ({ path: plain, asked: { method, token, ...body } }))),
    ...(params === undefined ? [] : [{ path: tooLong, asked: { method, token } }]),
  ];
}

function fieldNames(query: Row["query"]): string[] {
  return query !== undefined && "entries" in query ? Object.keys(query.entries as object) : [];
}

describe.each(DIALECTS)("what follows from the columns of a row of $name", ({ rows }) => {
  it.each(rows.map((row) => [`${row.method} ${row.path}`, row] as const))("is answered by %s", async (_name, row) => {
    const answered = new Set<string | null>();
    for (const { path, asked } of wrongRequests(row)) {
      const { headers } = await world.ask(path, asked);
      answered.add(refusalIn(world.log.lines, headers.get("X-Request-Id")));
    }
    const promised = refusalsOf(row).filter((one) => !FAULTS.includes(one) && !row.refusals.includes(one));
    expect([...answered]).toEqual(expect.arrayContaining(promised));
  });
});
