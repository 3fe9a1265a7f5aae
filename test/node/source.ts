import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

// Reads our TypeScript without a compiler: enough of it to see imports, words and braces. Biome has laid it out already.

export const ROOT = join(import.meta.dirname, "../..");

export interface Import {
  /** a file of ours as `src/domain/user.ts`, or the package: `hono`, `@noble/hashes`, `cloudflare:workers` */
  readonly target: string;
  readonly ours: boolean;
}

export interface Source {
  /** from the root: `src/domain/user.ts` */
  readonly path: string;
  readonly text: string;
  /** the text, with every comment, string and regular expression blanked out, line by line */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** Every TypeScript file under a folder of the root. */
export function sourcesIn(folder: string): Source[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  const paths = names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name).replaceAll("\\", "/"));
  const known = new Set(paths);
  return paths.sort().map((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    return { path, text, code: blanked(text, { strings: true }), imports: importsOf(path, text, known) };
  });
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** From a backtick, or from the brace that ends an expression in a template, to the next of them. */
const TEMPLATE_WORDS = /[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
/** What stands before a slash that divides, or closes a tag; before any other it begins a regular expression. */
const VALUE_ENDS = /(?:[\w$)\]}"'`<]|\+\+|--)$/;
const KEYWORD_ENDS = /\b(?:return|case|typeof|in|of|await|yield)$/;

/** Comments (and, if wanted, strings, templates' words and regular expressions) become spaces; lines and columns stay. */
export function blanked(text: string, { strings }: { strings: boolean }): string {
  let code = "";
  /** for each template that is open, the braces that are open in its expression */
  const open: number[] = [];
  const take = (pattern: RegExp) => {
    pattern.lastIndex = code.length;
    return pattern.exec(text)?.[0];
  };
  while (code.length < text.length) {
    const char = text.charAt(code.length);
    const comment = char === "/" ? take(COMMENT) : undefined;
    const literal = comment === undefined ? literalAt(char, { code, open, take }) : undefined;
    const found = comment ?? literal ?? char;
    if (comment !== undefined || (literal !== undefined && strings)) code += found.replace(/[^\n]/g, " ");
    else code += found;
  }
  return code;
}

function literalAt(
  char: string,
  { code, open, take }: { code: string; open: number[]; take(pattern: RegExp): string | undefined },
): string | undefined {
  const inExpression = open.at(-1);
  if (char === '"' || char === "'") return take(STRING);
  if (char === "/") {
    const before = code.trimEnd();
    return VALUE_ENDS.test(before) && !KEYWORD_ENDS.test(before) ? undefined : take(REGULAR_EXPRESSION);
  }
  if (char === "`" || (char === "}" && inExpression === 0)) {
    const words = take(TEMPLATE_WORDS);
    if (char === "}") open.pop();
    if (words?.endsWith("${")) open.push(0);
    return words;
  }
  if (inExpression !== undefined && char === "{") open[open.length - 1] = inExpression + 1;
  if (inExpression !== undefined && char === "}") open[open.length - 1] = inExpression - 1;
  return undefined;
}

function importsOf(path: string, text: string, known: ReadonlySet<string>): Import[] {
  const code = blanked(text, { strings: false });
  const found = [
    ...code.matchAll(/^(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"/gm),
    ...code.matchAll(/^import\s*"([^"]+)"/gm),
    ...code.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g),
  ];
  return found.map(([, specifier = ""]) => {
    if (!specifier.startsWith(".")) return { target: packageOf(specifier), ours: false };
    const target = relative(ROOT, join(ROOT, dirname(path), specifier)).replaceAll("\\", "/");
    const candidates = [target, `${target}.ts`, `${target}.tsx`, `${target}/index.ts`];
    return { target: candidates.find((candidate) => known.has(candidate)) ?? target, ours: true };
  });
}

/** `hono/cors` -> `hono`, `@noble/hashes/sha2.js` -> `@noble/hashes`; built-ins keep their scheme: `cloudflare:workers`. */
function packageOf(specifier: string): string {
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/** Each function of the file with more than one line: its first line, and how many it has, braces included. */
export function functionsOf({ code }: Source): { line: number; length: number }[] {
  const lines = code.split("\n");
  const indent = (line: string) => line.length - line.trimStart().length;
  const found: { line: number; length: number }[] = [];
  for (const [end, closing] of lines.entries()) {
    if (!/^\s*\}/.test(closing)) continue;
    // the block's head ends in `{` at the same depth; its first line may stand further up, before a list of parameters
    const open = lines.findLastIndex((line, at) => at < end && line.trim() !== "" && indent(line) <= indent(closing));
    let start = open;
    while (start > 0 && /^\s*[)}\]]/.test(lines[start] ?? "")) {
      start = lines.findLastIndex((line, at) => at < start && line.trim() !== "" && indent(line) <= indent(closing));
    }
    const head = lines.slice(start, open + 1).join(" ");
    if (isFunctionHead(head)) found.push({ line: start + 1, length: end - start + 1 });
  }
  return found;
}

function isFunctionHead(head: string): boolean {
  if (
    !/\{\s*$/.test(head) ||
    /^\s*(\}\s*)?(if|else|for|while|switch|try|catch|finally|do|class|interface|type)\b/.test(head)
  )
    return false;
  return (
    /\bfunction\b|=>\s*\{\s*$/.test(head) ||
    /^\s*(?:(?:async|static|override|get|set|readonly)\s+)*[#\w]+\s*(?:<.*>)?\(.*\).*\{\s*$/.test(head)
  );
}
