import type { Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import * as v from "valibot";
import type { Caller } from "../domain/access.ts";
import { AuthError } from "../domain/error.ts";
import { permit } from "../domain/permissions.ts";
import type { Membership } from "../domain/user.ts";
import type { Dialect, Row } from "../wire/dialect.ts";
import { readJson } from "./body.ts";
import { answerHeaders, beginCall, type Http } from "./call.ts";
import { admit } from "./guard.ts";
import { refuse } from "./refuse.ts";

/** Rows -> routes. Every documented request of every dialect is answered in `serve`, and nowhere else. */
export function mount(app: Hono<Http>, dialect: Dialect): void {
  for (const row of dialect.rows) {
    app.on(row.method, routeOf(row), (c) => serve(c, { dialect, row }));
  }
  for (const path of new Set(dialect.rows.map((row) => row.path))) {
    app.all(routeOf({ path }), (c) => refuseMethod(c, { dialect, path }));
  }
}

/** The app isn't strict: it looks for the path without its trailing slash, however it was asked. */
function routeOf({ path }: Pick<Row, "path">): string {
  return path.replace(/(?<=.)\/$/, "");
}

async function serve(c: Context<Http>, { dialect, row }: { dialect: Dialect; row: Row }): Promise<Response> {
  const core = c.env;
  const call = beginCall(c, dialect.name);
  try {
    if (c.req.method === "HEAD" && row.changes) throw wrongMethod(dialect, row.path);
    const admitted = await admit(c, { call, dialect, row });
    if ("repeat" in admitted) return c.json(admitted.repeat, 200, answerHeaders(call));
    if (row.needs !== null) permit(membershipOf(admitted.caller), row.needs);
    const params = parse(row.params, parametersOf(row, c.req.raw));
    const query = parse(row.query, c.req.query(), "query");
    const body = parse(row.body, row.method === "GET" ? undefined : await readJson(c.req.raw), "body");
    const written = await row.handle(core, { call, caller: admitted.caller, params, query, body });
    if ("renew" in admitted) await admitted.renew?.();
    const headers = { ...answerHeaders(call), ...written.headers };
    if (written.csv !== null && wantsCsv(c)) return c.body(written.csv(), row.status, { ...headers, ...CSV_HEADERS });
    return c.json(written.json, row.status, headers);
  } catch (error) {
    return refuse(
      { error, dialect, row, requestId: call.id, path: c.req.path, headers: answerHeaders(call) },
      core.log,
    );
  }
}

/** RFC 4180 §3. Saved as a file, never shown: a browser that guesses at a type would guess at what users wrote. */
const CSV_HEADERS = { "Content-Type": "text/csv; charset=utf-8; header=present", "Content-Disposition": "attachment" };

function wantsCsv(c: Context<Http>): boolean {
  const format = c.req.query("format");
  if (format !== undefined) return format === "csv";
  const supports = ["application/json", "text/csv"];
  return accepts(c, { header: "Accept", supports, default: "application/json" }) === "text/csv";
}

/** The organization in which the caller acts; a caller of another kind has none. */
function membershipOf(caller: Caller): Membership | null {
  return caller !== null && "membership" in caller ? caller.membership : null;
}

/** Decoded here, since Hono leaves what it can't decode as it is: `%ff` would be a text of three letters. */
function parametersOf({ path }: Row, { url }: Request): Record<string, string> {
  const segments = new URL(url).pathname.split("/");
  const named = path
    .split("/")
    .flatMap((part, at) => (part.startsWith(":") ? [[part.slice(1), segments[at] ?? ""]] : []));
  return Object.fromEntries(named.map(([name = "", segment = ""]) => [name, decoded(name, segment)]));
}

function decoded(field: string, segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(field, "must be UTF-8, percent-encoded");
  }
}

/** The input as the row's schema makes it. The refusal names the first field that isn't right, and never repeats its value. */
export function parse(schema: v.GenericSchema | undefined, input: unknown, whole = "path"): unknown {
  if (schema === undefined) return null;
  // to valibot an array is an object without the members that are asked for
  if (Array.isArray(input)) throw invalid(whole, "must be a JSON object");
  const parsed = v.safeParse(schema, input, { abortEarly: true, message: wordsFor });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? whole;
  throw invalid(field, problemOf(issue));
}

function invalid(field: string, problem: string): AuthError {
  return new AuthError("invalid_input", `invalid ${field}`, { field, message: `${field} ${problem}` });
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  return issue.path !== undefined && issue.input === undefined ? "is required" : issue.message;
}

const KINDS: Readonly<Record<string, string>> = {
  Object: "must be a JSON object",
  Array: "must be a list",
  string: "must be a string",
  number: "must be a number",
  boolean: "must be true or false",
};

/** Where a schema has no words of its own: valibot's repeat the value. */
function wordsFor({ expected }: v.BaseIssue<unknown>): string {
  return KINDS[expected ?? ""] ?? "is not valid";
}

/** A refusal outside of every row. */
export function refuseOutside(c: Context<Http>, { error, dialect }: { error: unknown; dialect: Dialect }): Response {
  const call = beginCall(c, dialect.name);
  return refuse(
    { error, dialect, row: null, requestId: call.id, path: c.req.path, headers: answerHeaders(call) },
    c.env.log,
  );
}

function refuseMethod(c: Context<Http>, { dialect, path }: { dialect: Dialect; path: string }): Response {
  return refuseOutside(c, { error: wrongMethod(dialect, path), dialect });
}

function wrongMethod(dialect: Dialect, path: string): AuthError {
  const rows = dialect.rows.filter((row) => row.path === path);
  const allow: string[] = rows.map((row) => row.method);
  if (rows.some((row) => row.method === "GET" && !row.changes)) allow.push("HEAD");
  return new AuthError("method_not_allowed", `${path} knows ${allow.join(", ")}`, { allow });
}
