import { env } from "cloudflare:workers";
import type { Env } from "../src/env.ts";

/** What the Worker keeps things in. */
export type Bindings = Pick<Env, "DB" | "KV" | "LIMITER" | "KEY_QUOTA" | "CODES">;
export type BindingName = keyof Bindings;

/** One call of a binding, without the values that are handed over. */
export interface Operation {
  readonly binding: BindingName;
  /** of `DB` the statements, of `KV` the method, of an object the method and, of `LIMITER`, the limit: `reserve login:ip` */
  readonly what: string;
}

/**
 * Asked before each call: it may note it, hold it up, or throw in its place. What it answers, if anything, is run when the
 * call is done, before the caller hears of it.
 */
export type Tap = (operation: Operation) => Done | Promise<Done>;
type Done = void | (() => Promise<void>);

/** Real bindings, each call of which `tap` is asked about. */
export function tapped(tap: Tap, bindings: Bindings = env): Bindings {
  return {
    DB: tappedDatabase(bindings.DB, (what) => tap({ binding: "DB", what })),
    KV: tappedMethods(bindings.KV, (what) => tap({ binding: "KV", what })),
    LIMITER: tappedNamespace(bindings.LIMITER, (method, key) => {
      const limit = key.split(":", 2).join(":");
      return tap({ binding: "LIMITER", what: `${method} ${limit}` });
    }),
    KEY_QUOTA: tappedNamespace(bindings.KEY_QUOTA, (what) => tap({ binding: "KEY_QUOTA", what })),
    CODES: tappedNamespace(bindings.CODES, (what) => tap({ binding: "CODES", what })),
  };
}

/** Real bindings and a list of what was asked of them, in order: `DB select ...`, `KV get`, `LIMITER reserve login:ip`. */
export function counted(bindings: Bindings = env): { bindings: Bindings; operations: string[] } {
  const operations: string[] = [];
  const note = ({ binding, what }: Operation) => void operations.push(`${binding} ${what}`);
  return { bindings: tapped(note, bindings), operations };
}

/** Which bindings are down now: may be changed between requests. */
export type Outage = { [Name in BindingName]?: boolean };

/** What production throws when a binding is down. */
const FAILURES: Readonly<Record<BindingName, () => Error>> = {
  DB: () => new Error("D1_ERROR: Network connection lost.", { cause: new Error("Network connection lost.") }),
  KV: () => new Error("KV GET failed: 500 Internal Server Error"),
  LIMITER: overloaded,
  KEY_QUOTA: overloaded,
  CODES: overloaded,
};

function overloaded(): Error {
  const marks = { remote: true, retryable: true, overloaded: true };
  return Object.assign(new Error("Durable Object is overloaded. Too many requests queued."), marks);
}

/** Real bindings whose every call fails as production's do while `outage` says so. */
export function failing(outage: Outage, bindings: Bindings = env): Bindings {
  return tapped(({ binding }) => {
    if (outage[binding]) throw FAILURES[binding]();
  }, bindings);
}

type Ask = (what: string) => Done | Promise<Done>;

async function around<Result>(ask: Ask, what: string, call: () => Promise<Result>): Promise<Result> {
  const done = await ask(what);
  const result = await call();
  await done?.();
  return result;
}

/** Each method of the object asks before it runs. */
function tappedMethods<Target extends object>(target: Target, ask: Ask): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || typeof name === "symbol") return member;
      return (...args: unknown[]) => around(ask, name, () => Reflect.apply(member, target, args));
    },
  });
}

function tappedNamespace<Namespace extends Bindings["LIMITER" | "KEY_QUOTA" | "CODES"]>(
  namespace: Namespace,
  ask: (method: string, key: string) => ReturnType<Ask>,
): Namespace {
  return new Proxy(namespace, {
    get(_, name) {
      if (name !== "getByName") throw new TypeError(`${String(name)} of a namespace is not tapped`);
      return (key: string) => tappedMethods(namespace.getByName(key), (method) => ask(method, key));
    },
  });
}

/** D1 prepares without asking anybody; what runs is a statement, or a batch of them. */
function tappedDatabase(database: D1Database, ask: Ask): D1Database {
  const real = new WeakMap<object, { statement: D1PreparedStatement; sql: string }>();

  function wrap(statement: D1PreparedStatement, sql: string): D1PreparedStatement {
    const wrapped = new Proxy(statement, {
      get(_, name) {
        const method: unknown = Reflect.get(statement, name);
        if (typeof method !== "function") return method;
        if (name === "bind") return (...values: unknown[]) => wrap(statement.bind(...values), sql);
        return (...args: unknown[]) => around(ask, sql, () => Reflect.apply(method, statement, args));
      },
    });
    real.set(wrapped, { statement, sql });
    return wrapped;
  }

  return new Proxy(database, {
    get(_, name) {
      if (name === "prepare") return (sql: string) => wrap(database.prepare(sql), sql);
      if (name === "batch") {
        return (statements: D1PreparedStatement[]) => {
          const inner = statements.flatMap((statement) => real.get(statement) ?? []);
          const all = inner.map(({ sql }) => sql).join("; ");
          return around(ask, all, () => database.batch(inner.map(({ statement }) => statement)));
        };
      }
      throw new TypeError(`DB.${String(name)} is not tapped`);
    },
  });
}
