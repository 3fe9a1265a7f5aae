import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyOfCheckout } from "./checkout.ts";

// What `npm pack` makes, as somebody else finds it in their node_modules.

const ROOT = join(import.meta.dirname, "../..");
const PROMISED_BYTES = 4 * 1024;

let checkout: string;
let user: string;

beforeAll(() => {
  checkout = copyOfCheckout("latchkey-pack-");
  user = join(checkout, "somebody");
  const installed = join(user, "node_modules", "latchkey");
  mkdirSync(installed, { recursive: true });
  const [packed] = Object.values(JSON.parse(run("npm", ["pack", "--json"], checkout))) as { filename: string }[];
  run("tar", ["-xzf", join(checkout, packed?.filename ?? ""), "-C", installed, "--strip-components=1"], checkout);
  symlinkSync(join(ROOT, "node_modules", "hono"), join(user, "node_modules", "hono"));
}, 120_000);

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

function run(command: string, args: string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

const manifestAt = (path: string) => JSON.parse(readFileSync(join(path, "package.json"), "utf8"));

/** What a bundler makes of these lines in somebody's program. */
async function bundled(contents: string): Promise<Uint8Array> {
  const { outputFiles, warnings } = await build({
    stdin: { contents, resolveDir: user },
    ...{ bundle: true, minify: true, format: "esm", platform: "neutral", write: false },
  });
  expect(warnings).toEqual([]);
  return outputFiles[0]?.contents ?? new Uint8Array();
}

describe("the package", () => {
  it("has three exports, brings no packages, and leaves ours as it was", () => {
    const manifest = manifestAt(join(user, "node_modules", "latchkey"));
    expect(Object.keys(manifest.exports)).toEqual([".", "./hono", "./verify"]);
    expect(manifest).not.toHaveProperty("dependencies");
    expect(manifest).not.toHaveProperty("optionalDependencies");
    expect(manifest.version).toBe(manifestAt(ROOT).version);
    expect(manifestAt(checkout)).toEqual(manifestAt(ROOT));
  });

  it("holds the client, its types and nothing of the Worker", () => {
    const files = run("find", [".", "-type", "f"], join(user, "node_modules", "latchkey"))
      .trim()
      .split("\n");
    const others = files.filter((file) => !/^\.\/dist\/client\/([\w-]+\.js|types\/client\/[\w-]+\.d\.ts)$/.test(file));
    expect(others.sort()).toEqual(["./LICENSE", "./README.md", "./package.json"]);
  });

  it("is imported by every Node, each export by its name", () => {
    const script = `
      const [client, hono, verify] = await Promise.all(["", "/hono", "/verify"].map((path) => import("latchkey" + path)));
      console.log([client.createClient, client.login, hono.latchkey, verify.createVerifier].map((it) => typeof it).join());
    `;
    for (const node of ["node", process.execPath])
      expect(run(node, ["--input-type=module", "-e", script], user).trim()).toBe("function,function,function,function");
  });

  it.each(["nodenext", "bundler"])("has types for a program that resolves modules as %s", (resolution) => {
    writeFileSync(
      join(user, "program.ts"),
      `import { createClient, login, type ErrorCode } from "latchkey";
      import { latchkey } from "latchkey/hono";
      import { createVerifier } from "latchkey/verify";
      export const client = createClient({ baseUrl: "https://auth.example.com" });
      export async function words(): Promise<string> {
        const outcome = await login(client, { email: "ada@example.com", password: "secret" });
        // @ts-expect-error only a second factor has a token
        outcome.tempToken;
        return outcome.kind === "second_factor" ? outcome.tempToken : outcome.kind;
      }
      // @ts-expect-error not a word of the closed list
      export const code: ErrorCode = "whatever";
      export const verifier = createVerifier({ issuer: "https://auth.example.com" });
      export const guard = latchkey({ issuer: "https://auth.example.com", access: { roles: ["admin"] } });`,
    );
    writeFileSync(
      join(user, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          ...{ strict: true, noEmit: true, target: "es2022", lib: ["es2022", "dom", "dom.iterable"], types: [] },
          ...{ module: resolution === "bundler" ? "esnext" : resolution, moduleResolution: resolution },
        },
        files: ["program.ts"],
      }),
    );
    writeFileSync(join(user, "package.json"), '{"type":"module"}');
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    expect(run(process.execPath, [tsc, "-p", user], user)).toBe("");
  });
});

describe("the client", () => {
  it(`is smaller than ${PROMISED_BYTES} bytes, gzipped, all of it`, async () => {
    const all = await bundled('export * from "latchkey";');
    expect(gzipSync(all, { level: 9 }).length).toBeLessThan(PROMISED_BYTES);
  });

  it("is shaken: what isn't used isn't there", async () => {
    const all = await bundled('export * from "latchkey";');
    const some = await bundled('export { createClient, login } from "latchkey";');
    expect(some.length).toBeLessThan(all.length * 0.8);
    expect(new TextDecoder().decode(some)).not.toContain("enable-2fa");
    const unused = 'import { login } from "latchkey"; import { createVerifier } from "latchkey/verify";';
    expect(await bundled(unused)).toHaveLength(0);
  });
});
