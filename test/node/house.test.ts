import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REFUSALS } from "../../src/domain/error.ts";
import { blanked, functionsOf, type Import, ROOT, type Source, sourcesIn } from "./source.ts";

const SRC = sourcesIn("src");
const TESTS = sourcesIn("test").filter(({ path }) => path !== "test/node/house.test.ts");
const byPath = new Map(SRC.map((source) => [source.path, source]));

/** Made by a script: nobody reads it line by line. */
const GENERATED = ["src/domain/common-passwords.ts"];

/** The rooms of the house and what each may import: rooms, single files, packages. Its own files always. */
const HOUSE: Readonly<Record<string, readonly string[]>> = {
  "src/crypto/": ["@noble/hashes", "node:crypto"],
  "src/domain/": ["src/crypto/", "jose", "uqr"],
  "src/wire/": ["src/domain/", "valibot"],
  "src/adapters/": [
    "src/domain/",
    "src/crypto/",
    "src/env.ts",
    "src/env-delivery.ts",
    "src/env-google.ts",
    "drizzle-orm",
    "cloudflare:workers",
  ],
  "src/dialects/datix/": ["src/wire/", "src/domain/", "valibot"],
  "src/dialects/dyzo/": ["src/wire/", "src/domain/", "valibot"],
  "src/dialects/vault/": ["src/wire/", "src/domain/", "valibot"],
  "src/dialects/elyssa/": ["src/wire/", "src/domain/", "valibot"],
  "src/pages/": ["src/wire/", "src/domain/", "hono", "valibot"],
  "src/http/": [
    "src/dialects/",
    "src/pages/",
    "src/wire/",
    "src/domain/",
    "hono",
    "valibot",
    "@valibot/to-json-schema",
  ],
  "src/client/": [
    ...["src/domain/token-verifier.ts", "src/domain/compact-jws.ts", "src/domain/access-rules.ts"],
    ...["src/domain/presented.ts", "src/crypto/bytes.ts", "hono"],
  ],
  "src/env.ts": ["src/domain/", "src/crypto/", "src/adapters/", "src/env-delivery.ts", "src/env-google.ts", "valibot"],
  "src/env-delivery.ts": ["src/domain/", "valibot"],
  "src/env-google.ts": ["src/env-delivery.ts", "valibot"],
  "src/core.ts": ["src/adapters/", "src/domain/ports.ts", "src/env.ts"],
  "src/rpc.ts": ["src/core.ts", "src/domain/", "cloudflare:workers"],
  "src/cron.ts": ["src/core.ts", "src/domain/", "cloudflare:workers"],
  "src/index.ts": ["src/http/app.ts", "src/core.ts", "src/rpc.ts", "src/cron.ts", "src/adapters/do-", "src/env.ts"],
};

/** Inside domain: each layer imports itself and those before it. What isn't named in the first three is a story. */
const LAYERS: readonly (readonly string[])[] = [
  ["error"],
  [
    ...["ids", "limit", "sliding-window", "settings", "user", "session", "call", "audit", "access"],
    ...["permissions", "page", "member", "project", "company-credential", "audit-link", "invitation"],
    ...["api-key", "key-quota", "signing-key", "challenge", "team"],
    ...["password", "common-passwords", "strict-json", "token-refused", "compact-jws", "token-verifier"],
    ...["access-rules", "presented"],
    ...["language", "duration", "outbox", "mail", "mail-en", "mail-es", "mail-pt", "mail-layout", "compose"],
  ],
  ["ports"],
];
const STORIES = LAYERS.length;

/** What stands in `src/` against the table until somebody decides: the list may only shrink. */
const OPEN_IMPORTS: readonly string[] = [
  "src/core.ts -> src/crypto/seal.ts",
  "src/core.ts -> src/domain/isolate-quota.ts",
  "src/core.ts -> src/domain/keyring.ts",
];

/** The Worker's, and the package's: all that an entry does is to name what others make. */
const ENTRIES = ["src/index.ts", "src/client/index.ts"];

/** Files that the Worker's entry doesn't reach, and why they are alive. */
const ALIVE: Readonly<Record<string, string>> = {
  "src/client/": "the SDK is an entry of its own",
};

/** The rooms of what the world decides: the Worker's, and that of the programs which use the library. */
const WORLDS = ["src/adapters/world.ts", "src/client/world.ts"];
const BANNED_CALLS: Readonly<Record<string, RegExp>> = {
  "Date.now": /\bDate\.now\b/,
  "new Date()": /\bnew Date\(\s*\)|\bnew Date\b(?!\()|(?<!\bnew )\bDate\(/,
  "performance.now": /\bperformance\.now\b/,
  "Math.random": /\bMath\.random\b/,
  "crypto.getRandomValues": /\bgetRandomValues\b/,
  "crypto.randomUUID": /\brandomUUID\b/,
  console: /\bconsole\b/,
};

/** What is longer than that, until somebody decides. */
const OPEN_LONG_FUNCTIONS: readonly string[] = ["src/adapters/d1-sessions.ts"];

const FILE_LINES = 250;
const FUNCTION_LINES = 60;
const TOP_LEVEL_NAMES = 20;

/** Refusals that nobody throws yet, or that no test names yet. */
const OPEN_REFUSALS = { thrown: [] as readonly string[], tested: [] as readonly string[] };

function roomOf(path: string): string | undefined {
  return Object.keys(HOUSE).find((room) => path === room || (room.endsWith("/") && path.startsWith(room)));
}

function mayImport({ path }: Source, { target }: Import): boolean {
  const room = roomOf(path);
  if (room === undefined) return false;
  const allowed = [room, ...(HOUSE[room] ?? [])];
  return allowed.some((name) => (/[/-]$/.test(name) ? target.startsWith(name) : target === name));
}

/** 0 to 3; undefined outside of domain. */
function layerOf(path: string): number | undefined {
  const name = /^src\/domain\/([\w-]+)(?:\/[\w-]+)?\.ts$/.exec(path)?.[1]; // of `ports/outbox` the folder's
  if (name === undefined) return undefined;
  const layer = LAYERS.findIndex((names) => names.includes(name));
  return layer === -1 ? STORIES : layer;
}

/** `path:line` of each place where the pattern occurs in code. */
function placesOf(pattern: RegExp, sources: readonly Source[] = SRC): string[] {
  return sources.flatMap(({ path, code }) =>
    code.split("\n").flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}`] : [])),
  );
}
const filesWith = (pattern: RegExp) => [...new Set(placesOf(pattern).map((place) => place.replace(/:\d+$/, "")))];
const ourImportsOf = (source: Source) => source.imports.filter(({ ours }) => ours).map(({ target }) => target);

describe("this test reads the code rightly", () => {
  it("comments, strings and regular expressions are out of the way: brackets pair up in every file", () => {
    const odd = SRC.filter(({ code }) =>
      ["()", "{}", "[]"].some(([open = "", close = ""]) => code.split(open).length !== code.split(close).length),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  it("every file imports something of ours or is imported, and functions are found in most", () => {
    const imported = new Set(SRC.flatMap(ourImportsOf));
    expect(SRC.filter((source) => ourImportsOf(source).length === 0 && !imported.has(source.path))).toEqual([]);
    expect(SRC.filter((source) => functionsOf(source).length > 0).length).toBeGreaterThan(SRC.length / 2);
  });
});

describe("the rooms", () => {
  it("every file stands in one of them", () => {
    expect(SRC.map(({ path }) => path).filter((path) => roomOf(path) === undefined)).toEqual([]);
  });

  it("each room imports only what the table in style.md lets it, types too", () => {
    const against = SRC.flatMap((source) =>
      source.imports.filter((each) => !mayImport(source, each)).map(({ target }) => `${source.path} -> ${target}`),
    );
    expect([...new Set(against)].sort()).toEqual(OPEN_IMPORTS);
  });

  it("every import of ours leads to a file", () => {
    const lost = SRC.flatMap((source) => ourImportsOf(source).filter((target) => !byPath.has(target)));
    expect(lost).toEqual([]);
  });

  it("inside domain: error before nouns before ports before stories", () => {
    const upwards = SRC.flatMap((source) => {
      const layer = layerOf(source.path);
      if (layer === undefined) return [];
      const above = ourImportsOf(source).filter((target) => (layerOf(target) ?? 0) > layer);
      return above.map((target) => `${source.path} -> ${target}`);
    });
    expect(upwards).toEqual([]);
  });

  it("the list of layers names no file that isn't there", () => {
    const named = LAYERS.flat().map((name) => `src/domain/${name}.ts`);
    expect(named.filter((path) => !byPath.has(path))).toEqual([]);
  });

  it("adapters know errors, nouns and ports, and no story", () => {
    const stories = SRC.filter(({ path }) => path.startsWith("src/adapters/")).flatMap((source) =>
      ourImportsOf(source).filter((target) => layerOf(target) === STORIES),
    );
    expect(stories).toEqual([]);
  });
});

describe("the files", () => {
  it("import each other in no circle, types too", () => {
    expect(circles()).toEqual([]);
  });

  it("are all reached from the Worker's entry", () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const target of ourImportsOf(byPath.get(path) ?? { path, text: "", code: "", imports: [] })) visit(target);
    };
    visit("src/index.ts");
    const isAlive = (path: string) => Object.keys(ALIVE).some((name) => path.startsWith(name));
    expect(SRC.map(({ path }) => path).filter((path) => !reached.has(path) && !isAlive(path))).toEqual([]);
  });

  it("none is a barrel: nothing but exports of others", () => {
    const barrels = SRC.filter(({ path, code }) => {
      const statements = code.replace(/\b(import|export)\b[^;]*?\bfrom\b\s*;/g, "").trim();
      return !ENTRIES.includes(path) && /\bexport\b/.test(code) && statements === "";
    });
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it(`have at most ${FILE_LINES} lines`, () => {
    const long = SRC.filter(({ path, text }) => !GENERATED.includes(path) && text.split("\n").length - 1 > FILE_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("every name that the repository shows first is one of few", () => {
    const ignored = readFileSync(join(ROOT, ".gitignore"), "utf8")
      .split("\n")
      .map((line) => line.replace(/\/$/, ""));
    const shown = readdirSync(ROOT).filter(
      (name) => name !== ".git" && !ignored.includes(name) && !/\.(log|tgz)$/.test(name),
    );
    expect(shown.length).toBeLessThanOrEqual(TOP_LEVEL_NAMES);
  });
});

describe("the code", () => {
  it(`functions have at most ${FUNCTION_LINES} lines`, () => {
    const long = SRC.filter((source) => functionsOf(source).some(({ length }) => length > FUNCTION_LINES));
    expect(long.map(({ path }) => path)).toEqual(OPEN_LONG_FUNCTIONS);
  });

  it.each(Object.entries(BANNED_CALLS))("%s stands in the rooms of the world alone", (_name, pattern) => {
    expect(filesWith(pattern).filter((path) => !WORLDS.includes(path))).toEqual([]);
  });

  it("no any, and no value that is merely said to be there", () => {
    expect(placesOf(/(?<![.\w])any\b/)).toEqual([]);
    expect(placesOf(/[\w)\]]!(?!=)/)).toEqual([]);
  });

  it("no check of a tool is switched off without a reason beside it", () => {
    const silenced = SRC.flatMap(({ path, text }) =>
      text
        .split("\n")
        .flatMap((line, at) =>
          /@ts-(ignore|nocheck|expect-error)|biome-ignore(?!.*: \w)/.test(line) ? [`${path}:${at + 1}`] : [],
        ),
    );
    expect(silenced).toEqual([]);
  });

  it("no test is left out or alone", () => {
    expect(placesOf(/\b(it|test|describe)\.(only|skip|todo)\b/, TESTS)).toEqual([]);
  });
});

describe("each security promise stands in one place", () => {
  it("one comparison of secrets", () => {
    expect(placesOf(/\bfunction equalBytes\b/)).toHaveLength(1);
    expect(filesWith(/timingSafeEqual/)).toEqual([]);
  });

  it("one place where a password is verified", () => {
    expect(placesOf(/\bfunction verifyPassword\b/)).toHaveLength(1);
    expect(filesWith(/(?<!function )\bverifyPassword\(/)).toEqual(["src/domain/password-proof.ts"]);
    expect(filesWith(/deriveBits/)).toEqual(["src/crypto/password-hash.ts"]);
  });

  it("one verifier of tokens", () => {
    expect(placesOf(/\bfunction verifyToken\b/)).toHaveLength(1);
    expect(filesWith(/\b(compactVerify|flattenedVerify|generalVerify|jwtVerify|decodeJwt|verifyWithJwks)\b/)).toEqual([
      "src/domain/compact-jws.ts",
    ]);
    expect(filesWith(/\bverifyCompact\b/)).toEqual(["src/domain/compact-jws.ts", "src/domain/token-verifier.ts"]);
  });

  it("one encryption at rest, and one place that derives its keys", () => {
    expect(filesWith(/subtle\.(encrypt|decrypt|deriveKey)\b/)).toEqual(["src/crypto/seal.ts"]);
    expect(filesWith(/subtle\.sign\b/)).toEqual(["src/crypto/seal.ts", "src/crypto/totp.ts"]);
  });

  it("one reader of the raw environment", () => {
    const readers = filesWith(/\benv\.[A-Z][A-Z_]+\b/).filter((path) => path !== "src/env.ts");
    expect(readers).toEqual(["src/adapters/do-key-quota.ts", "src/core.ts"]); // its bindings, for the adapters; an object's own
  });
});

describe("each refusal", () => {
  const inSource = SRC.map(({ text }) => blanked(text, { strings: false })).join("\n");
  const thrown = new Set(
    // said where it is thrown, or chosen just before
    [...inSource.matchAll(/new AuthError\(\s*"(\w+)"|\bconst refusal =([^;]*);/g)].flatMap(([, word, choice = ""]) => [
      ...(word === undefined ? [] : [word]),
      ...[...choice.matchAll(/"(\w+)"/g)].map(([, chosen = ""]) => chosen),
    ]),
  );

  it("is thrown somewhere", () => {
    expect(REFUSALS.filter((refusal) => !thrown.has(refusal))).toEqual(OPEN_REFUSALS.thrown);
  });

  it("is named by some test", () => {
    const tests = TESTS.map(({ text }) => blanked(text, { strings: false })).join("\n");
    expect(REFUSALS.filter((refusal) => !tests.includes(`"${refusal}"`))).toEqual(OPEN_REFUSALS.tested);
  });
});

/** Every circle of imports once, as the files on the way round. */
function circles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) found.push([...trail.slice(at), path].join(" -> "));
    if (at !== -1 || done.has(path)) return;
    for (const target of ourImportsOf(byPath.get(path) ?? { path, text: "", code: "", imports: [] })) {
      walk(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of SRC) walk(path, []);
  return found;
}
