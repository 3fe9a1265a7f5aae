import { describe, expect, it } from "vitest";
import { describe as describeDialect, type Endpoint } from "../../src/http/endpoint.ts";
import type { Dialect } from "../../src/wire/dialect.ts";
import { counted } from "../bindings.ts";
import { documentedLines, lineOf } from "../operations.ts";
import { emptyStorage, startWorld, type World } from "../world.ts";

/** One request and its answer as a vendor's documentation shows them, held to the letter. */
export interface Golden {
  /** the file's name */
  readonly name: string;
  /** variables and bindings that it needs set differently */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** goldens that go before it, in order; each brings those that go before itself */
  readonly after?: readonly string[];
  /** `<access_token>`, anywhere in it: that field of the latest answer before that has one; `<sessions.0.id>` likewise */
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Json;
  };
  readonly response: {
    readonly status: number;
    /** those that it must bear, besides others */
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: Json;
  };
  /** fields of the answer, `user.id`, whose form is held to but not their value */
  readonly varies?: readonly string[];
  /** the halves that are the documentation's own words: ours must show the same */
  readonly seed?: readonly ("request" | "response")[];
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

interface Setting {
  /** brings about what must be there before each of them */
  readonly prepare?: (world: World) => Promise<unknown>;
  /** values for placeholders that no answer holds as such: a code made from a secret */
  readonly fill?: Readonly<Record<string, (earlier: readonly Json[]) => string | Promise<string>>>;
}

/** The tests of a dialect's goldens, what each asks of the bindings, and that each of its rows has one. */
export function runGoldens(dialect: Dialect, files: Readonly<Record<string, Golden>>, setting: Setting = {}): void {
  const goldens = new Map(Object.entries(files).map(([file, golden]) => [nameOf(file), golden]));
  const documented = describeDialect(dialect).endpoints;
  const budgets = documentedLines(dialect.name);

  describe(`goldens: ${dialect.name}`, () => {
    it.each([...goldens])("%s", async (_name, golden) => {
      await emptyStorage();
      const { bindings, operations } = counted();
      const world = startWorld({ ...bindings, ...golden.variables });
      await setting.prepare?.(world);
      const earlier: Json[] = [];
      for (const before of orderOf(golden, goldens))
        earlier.push((await send(world, before, { earlier, setting })).json);
      await world.core.keyring.current();
      const { status, headers, json } = await send(world, golden, {
        ...{ earlier, setting },
        ready: () => void operations.splice(0),
      });
      const asked = [...operations];
      const { response, varies = [] } = golden;
      const expected = { status: response.status, body: settled(response.body, json, varies) };
      expect({ status, body: json }).toEqual(expected);
      // the members in the documented order, too
      expect(JSON.stringify(json)).toBe(JSON.stringify(expected.body));
      for (const [name, value] of Object.entries(response.headers ?? {})) expect(headers.get(name), name).toBe(value);
      const endpoint = documented.find((endpoint) => isOf(endpoint, golden.request));
      if (endpoint === undefined || status >= 300) return;
      const line = lineOf({ endpoint: `${endpoint.method} ${endpoint.path}`, name: golden.name }, asked);
      expect(line, `docs/binding-operations.md is to say ${line}`).toBe(budgets.get(golden.name));
    });

    it.each([...goldens].filter(([, { seed = [] }]) => seed.length > 0))(
      "the documents show the samples of %s",
      (_name, { request, response, seed = [] }) => {
        const endpoint = documented.find((endpoint) => isOf(endpoint, request));
        if (seed.includes("request")) expect(request.body).toMatchObject(endpoint?.body?.example ?? {});
        if (seed.includes("response")) expect(endpoint?.answer.example).toEqual(response.body);
      },
    );

    it("each row has one", () => {
      const good = [...goldens.values()].filter(({ response }) => response.status < 300);
      const without = documented.filter((endpoint) => !good.some(({ request }) => isOf(endpoint, request)));
      expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    });

    it("docs/binding-operations.md tells of no other", () => {
      expect([...budgets.keys()].filter((name) => !goldens.has(name))).toEqual([]);
    });

    it("each bears its file's name", () => {
      for (const [name, golden] of goldens) expect(golden.name).toBe(name);
    });
  });
}

function nameOf(file: string): string {
  return file.replace(/^.*\//, "").replace(/\.json$/, "");
}

/** What goes before, and before that. */
function orderOf({ after = [] }: Golden, goldens: ReadonlyMap<string, Golden>): Golden[] {
  return after.flatMap((name) => {
    const golden = goldens.get(name);
    if (golden === undefined) throw new Error(`there is no golden ${name}`);
    return [...orderOf(golden, goldens), golden];
  });
}

async function send(
  world: World,
  { request }: Golden,
  { earlier, setting, ready }: { earlier: readonly Json[]; setting: Setting; ready?: () => void },
) {
  const filled: Golden["request"] = JSON.parse(await fillIn(JSON.stringify(request), { earlier, setting }));
  ready?.();
  const { method, path, headers = {}, body } = filled;
  return world.ask(path, { method, headers, ...(body === undefined ? {} : { json: body }) });
}

async function fillIn(text: string, { earlier, setting }: { earlier: readonly Json[]; setting: Setting }) {
  let filled = text;
  for (const [placeholder, name = ""] of text.matchAll(/<([\w.]+)>/g)) {
    const made = await setting.fill?.[name]?.(earlier);
    const value = made ?? earlier.map((answer) => at(answer, name)).findLast((value) => value !== undefined);
    if (value === undefined) throw new Error(`nothing before holds ${placeholder}`);
    filled = filled.replaceAll(placeholder, JSON.stringify(`${value}`).slice(1, -1));
  }
  return filled;
}

/** The value at `user.id`; undefined when there is none. */
function at(value: Json, path: string): Json | undefined {
  let here: unknown = value;
  for (const name of path.split(".")) {
    here = typeof here === "object" && here !== null ? Reflect.get(here, name) : undefined;
  }
  return here as Json | undefined;
}

/** The expected answer: at the fields that vary the actual value stands, provided that it has the documented form. */
function settled(documented: Json, actual: Json, varies: readonly string[]): Json {
  const expected = structuredClone(documented);
  for (const path of varies) {
    const [shown, found] = [at(documented, path), at(actual, path)];
    if (shown === undefined) throw new Error(`the golden has no field ${path} that could vary`);
    const parent = path.includes(".") ? at(expected, path.replace(/\.[^.]*$/, "")) : expected;
    const name = path.replace(/^.*\./, "");
    if (isOfForm(found, shown)) Reflect.set(parent as object, name, found);
  }
  return expected;
}

/** What stays when the value varies: its type; of text, that it is a date, or begins like `user_`. */
function isOfForm(found: Json | undefined, shown: Json): boolean {
  if (typeof found === "string" && typeof shown === "string") {
    const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
    const prefix = /^[a-z]+(_[a-z]+)*_/.exec(shown)?.[0] ?? "";
    return found.startsWith(prefix) && date.test(found) === date.test(shown);
  }
  return typeof found === typeof shown && Array.isArray(found) === Array.isArray(shown) && found !== null;
}

function isOf({ method, path }: Endpoint, request: Golden["request"]): boolean {
  const pattern = new RegExp(`^${path.replace(/\/$/, "").replace(/\{\w+\}/g, "[^/]+")}/?$`);
  return method === request.method && pattern.test(request.path.split("?")[0] ?? "");
}
