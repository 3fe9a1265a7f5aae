import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { LIMIT_NAMES } from "../../src/domain/settings.ts";
import { createApp, DIALECTS } from "../../src/http/app.ts";
import type { Row } from "../../src/wire/dialect.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const DOCS = ["README.md", ...readdirSync(join(ROOT, "docs")).map((file) => `docs/${file}`)];
const TEXTS = DOCS.map((path) => ({ path, text: read(path) }));

/** One `$ curl ...` of the README or of docs/, and what stands below it. */
interface Shown {
  readonly command: string;
  readonly method: string;
  /** without the trailing slash */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly answer: unknown;
}

/** A shell's words: white space parts them, quotes don't. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'([^']*)'|"([^"]*)"|([^\s'"]+))+/g)].map(([whole, single, double]) => {
    return single ?? double ?? whole;
  });
}

function shownBy(command: string, answer: string): Shown {
  const [, ...words] = wordsOf(command);
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let body: unknown;
  let url = "";
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "-X") method = words[++at];
    else if (word === "-d") body = JSON.parse(words[++at] ?? "");
    else if (word === "-H") {
      const [name = "", value = ""] = (words[++at] ?? "").split(/: (.*)/);
      headers[name] = value;
    } else url = word;
  }
  const { host, pathname } = new URL(url);
  expect(host, command).toBe("localhost:8787");
  const path = pathname.replace(/(?<=.)\/$/, "");
  return {
    command,
    method: method ?? (body === undefined ? "GET" : "POST"),
    path,
    headers,
    body,
    answer: JSON.parse(answer),
  };
}

function shown(): Shown[] {
  const blocks = TEXTS.flatMap(({ text }) =>
    [...text.matchAll(/```console\n(.*?)```/gs)].map(([, block = ""]) => block),
  );
  return blocks.flatMap((block) =>
    [...block.replaceAll("\\\n", " ").matchAll(/^\$ (curl .*)\n(.*)$/gm)].map(([, command = "", answer = ""]) =>
      shownBy(command, answer),
    ),
  );
}

/** The row of that method whose pattern the path fits. */
function rowOf({ method, path }: Shown): Row | undefined {
  const fits = (row: Row) => new RegExp(`^${row.path.replace(/\/$/, "").replaceAll(/:\w+/g, "[^/]+")}$`).test(path);
  return DIALECTS.flatMap(({ rows }) => rows).find((row) => row.method === method && fits(row));
}

describe("a curl of the README and of docs/", () => {
  const all = shown();

  it("there are some, of every dialect", () => {
    for (const { rows, name } of DIALECTS) {
      expect(all.filter((each) => rows.some((row) => row === rowOf(each))).length, name).toBeGreaterThan(0);
    }
  });

  it.each(all.map((each) => [each.command, each] as const))("%s", async (_, each) => {
    const row = rowOf(each);
    if (row === undefined) {
      const known = createApp().routes.some(({ method, path }) => method === each.method && path === each.path);
      expect(known, "a path that is no row of a dialect").toBe(true);
      return;
    }
    expect(v.is(row.body ?? v.undefined(), each.body), "the body is one that the row takes").toBe(true);
    expect(each.body === undefined || each.headers["Content-Type"] === "application/json").toBe(true);
    if ("code" in Object(each.answer)) return;
    const isSent = "Authorization" in each.headers || "X-API-Key" in each.headers;
    expect(isSent, "a credential is sent where one is needed").toBe(row.access !== "public");
    expect(v.safeParse(row.answer, each.answer).issues, "the answer is one that the row gives").toBeUndefined();
  });
});

/** The first column of the table below the heading. */
function namesUnder(heading: string): string[] {
  const [, section = ""] = new RegExp(`\n## ${heading}\n(.*?)(\n## |$)`, "s").exec(read("docs/configuration.md")) ?? [];
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = ""]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

it("each variable that is read is in the table of docs/configuration.md, and no other", () => {
  const files = readdirSync(join(ROOT, "src")).filter((file) => /^env.*\.ts$/.test(file));
  const variables = files.flatMap((file) =>
    [...read(`src/${file}`).matchAll(/^ {2}([A-Z][A-Z0-9]*_?[A-Z0-9_]*): /gm)].map(([, name = ""]) => name),
  );
  expect(variables).toContain("MASTER_KEYS");
  expect(namesUnder("Variables and secrets").sort()).toEqual(variables.sort());
});

it("each limit is in the table of docs/configuration.md, and no other", () => {
  expect(namesUnder("Limits").sort()).toEqual([...LIMIT_NAMES].sort());
});

it("each link to a file leads to one", () => {
  const links = TEXTS.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, to = ""]) => join(ROOT, path, "..", to)),
  );
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(existsSync(link), link).toBe(true);
});

it("each file and folder that the map names is there", () => {
  const named = [...read("src/README.md").matchAll(/`([\w.@/-]+(?:\/|\.tsx?))`/g)].map(([, path = ""]) => path);
  const real = named.filter((path) => !path.startsWith("@") && !/(^|\/)x\//.test(path));
  expect(real.length).toBeGreaterThan(20);
  for (const path of real) expect(existsSync(join(ROOT, "src", path)) || existsSync(join(ROOT, path)), path).toBe(true);
});
