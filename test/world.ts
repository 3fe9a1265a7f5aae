import { applyD1Migrations, createExecutionContext, reset, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { systemRandom } from "../src/adapters/world.ts";
import { buildCore } from "../src/core.ts";
import type { Core } from "../src/domain/ports.ts";
import type { Env } from "../src/env.ts";
import { createApp, DIALECTS } from "../src/http/app.ts";
import { TestClock, TestLog } from "./clock.ts";
import { assertDocumented, refusalIn } from "./contract.ts";
import { explaining } from "./plans.ts";

export interface Asked {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
  /** sent as JSON */
  readonly json?: unknown;
  readonly body?: BodyInit;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the wire, and asserts what it is
  readonly json: any;
}

export interface World {
  readonly core: Core;
  readonly clock: TestClock;
  readonly log: TestLog;
  readonly bindings: Env;
  /** One request over HTTP, with all that it left for after the answer done. Throws when the answer isn't as documented. */
  ask(path: string, asked?: Asked): Promise<Answered>;
}

const VARIABLES = {
  ENVIRONMENT: "development",
  ISSUER: "http://localhost:8787",
  MASTER_KEYS: `1:${"k".repeat(43)}`,
  PASSWORD_HASH_ROUNDS: 1,
};

const app = createApp();

/** Empty storage with the migrations applied. */
export async function emptyStorage(): Promise<void> {
  // Under load the runner's reset leaves rows behind, or takes the tables after they were made: asked again until it is so.
  do {
    await reset();
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  } while (!(await isEmpty()));
}

async function isEmpty(): Promise<boolean> {
  try {
    const rows = await env.DB.prepare(
      "SELECT id FROM users UNION SELECT id FROM organizations UNION SELECT id FROM outbox LIMIT 1",
    ).all();
    const keys = await env.DB.prepare("SELECT kid FROM signing_keys LIMIT 1").all();
    return rows.results.length === 0 && keys.results.length === 0;
  } catch {
    return false;
  }
}

/**
 * Latchkey on this file's real bindings, as one isolate: the built app over a Core of its own. `changes` replaces
 * variables and bindings; isolates that are to agree on the time are handed one clock. One round of hashing unless a test
 * says otherwise: the cost is not what most of them are about.
 */
export function startWorld(changes: Record<string, unknown> = {}, clock = new TestClock()): World {
  // Bindings are objects and variables are not: those of a developer's own .dev.vars stay out.
  const ours = Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === "object"));
  const bindings = { ...ours, ...VARIABLES, ...changes } as unknown as Env;
  const log = new TestLog();
  const core = buildCore({ ...bindings, DB: explaining(bindings.DB) }, { clock, log, random: systemRandom });
  return { core, clock, log, bindings, ask: (path, asked = {}) => ask({ core, log }, path, asked) };
}

async function ask({ core, log }: { core: Core; log: TestLog }, path: string, asked: Asked): Promise<Answered> {
  const headers = new Headers({ "CF-Connecting-IP": "203.0.113.7", ...asked.headers });
  if (asked.token !== undefined) headers.set("Authorization", `Bearer ${asked.token}`);
  if (asked.json !== undefined) headers.set("Content-Type", "application/json");
  const body = asked.json === undefined ? asked.body : JSON.stringify(asked.json);
  const method = asked.method ?? (body === undefined ? "GET" : "POST");
  const ctx = createExecutionContext();
  const response = await app.request(path, { method, headers, ...(body === undefined ? {} : { body }) }, core, ctx);
  const text = await response.text();
  await waitOnExecutionContext(ctx);
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  const { status, headers: answered } = response;
  const json = isJson && text !== "" ? JSON.parse(text) : null;
  const refusal = refusalIn(log.lines, answered.get("X-Request-Id"));
  // a hosted page answers in words for people, held to their own tests
  const isPage = answered.get("Content-Type")?.startsWith("text/html") ?? false;
  if (!isPage) assertDocumented(DIALECTS, { method, path, status, headers: answered, json, refusal });
  return { status, headers: answered, text, json };
}

export const ADA = {
  email: "ada@example.com",
  password: "correct horse battery",
  full_name: "Ada Lovelace",
  organization_name: "Analytical Engines",
};

/** Registers through datix; answers what it answered. */
export async function register(world: World, changes: Partial<typeof ADA> = {}): Promise<Answered> {
  return world.ask("/v1/auth/register", { json: { ...ADA, ...changes } });
}

/** Logs in through datix; answers the access token. */
export async function logIn(world: World, changes: Partial<typeof ADA> = {}): Promise<string> {
  const { email, password } = { ...ADA, ...changes };
  const answer = await world.ask("/v1/auth/login", { json: { email, password } });
  return answer.json.access_token;
}
