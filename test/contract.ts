import * as v from "valibot";
import { expect } from "vitest";
import { isLimited, isRenewing, refusalsOf, repeatOf } from "../src/wire/answers.ts";
import type { Dialect, Row } from "../src/wire/dialect.ts";

/** One answer over the wire, and the refusal that the log tells of it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
  readonly refusal: string | null;
}

/**
 * Throws unless the answer is as the row documents it, to the last field: what isn't in the contract may not leak.
 * HEAD and OPTIONS have no body; what no row stands for (keys, health, documents) is checked only when it refuses.
 */
export function assertDocumented(dialects: readonly Dialect[], exchange: Exchange): void {
  const { method, path, status, json } = exchange;
  if (method === "HEAD" || method === "OPTIONS") return;
  const what = `${method} ${path} answered ${status}`;
  const found = rowOf(dialects, exchange);
  if (found === null) {
    if (status >= 400) assertShape(v.union(dialects.map(({ errorBody }) => errorBody)), json, what);
    return;
  }
  assertHeaders(found, exchange, what);
  if (status < 300) assertAnswer(found, exchange, what);
  else assertRefusal(found, exchange, what);
}

/** The refusal that the log tells of the request; null when it was not refused. */
export function refusalIn(lines: readonly string[], requestId: string | null): string | null {
  const line = lines.find((line) => requestId !== null && line.includes(requestId) && line.includes('"refused"'));
  return line === undefined ? null : JSON.parse(line).refusal;
}

interface Found {
  readonly dialect: Dialect;
  readonly row: Row;
}

function rowOf(dialects: readonly Dialect[], { method, path }: Exchange): Found | null {
  const [pathname = ""] = path.split("?");
  for (const dialect of dialects) {
    const row = dialect.rows.find((row) => row.method === method && patternOf(row).test(pathname));
    if (row !== undefined) return { dialect, row };
  }
  return null;
}

function patternOf({ path }: Row): RegExp {
  const segments = path.replace(/\/$/, "").replace(/:\w+(\{[^}]*\})?/g, "[^/]+");
  return new RegExp(`^${segments}/?$`);
}

function assertHeaders({ dialect, row }: Found, { status, headers }: Exchange, what: string): void {
  const promised = status < 300 ? row.headers.filter((name) => !headers.has(name)) : [];
  expect(promised, `${what}: documented headers that it lacks`).toEqual([]);
  const undocumented = [
    ...(isLimited(row) ? [] : ["RateLimit", "RateLimit-Policy"]),
    ...(isRenewing(dialect, row) ? [] : ["X-New-Access-Token", "X-New-Refresh-Token"]),
  ];
  const leaked = undocumented.filter((name) => headers.has(name));
  expect(leaked, `${what}: headers that are not documented`).toEqual([]);
}

function assertAnswer({ dialect, row }: Found, { status, headers, json }: Exchange, what: string): void {
  const repeat = repeatOf(dialect, row);
  if (repeat !== null && headers.has("X-New-Access-Token")) {
    expect(json, what).toEqual(repeat);
    return;
  }
  expect(status, `${what}: the documented status`).toBe(row.status);
  if (row.hasCsv && headers.get("Content-Type")?.startsWith("text/csv;")) return;
  assertShape(row.answer, json, what);
}

function assertRefusal({ dialect, row }: Found, { status, json, refusal }: Exchange, what: string): void {
  const documented = refusalsOf(row).find((one) => one === refusal);
  if (documented === undefined) {
    throw new Error(`${what}: the row ${row.method} ${row.path} doesn't document the refusal ${refusal}`);
  }
  const asked = { refusal: documented, message: null, field: null, requestId: "", instance: "" };
  expect(status, `${what}: the status of ${refusal}`).toBe(dialect.refuse(asked).status);
  assertShape(dialect.errorBody, json, what);
}

/** Parsing drops the fields that the schema doesn't name, so that a difference shows them. */
function assertShape(schema: v.GenericSchema, json: unknown, what: string): void {
  const parsed = v.safeParse(schema, json);
  if (!parsed.success) {
    const issues = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "the body"}: ${issue.message}`);
    throw new Error(`${what}, but not as documented: ${issues.join("; ")}`);
  }
  expect(json, `${what}, with fields that are not documented`).toEqual(parsed.output);
}
