import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADA, type Latchkey, startLatchkey } from "./latchkey.ts";

// openapi-typescript makes types of each document, openapi-fetch a client of them: it compiles, and it logs in.

const MODULES = join(import.meta.dirname, "../../node_modules");
const scratch = mkdtempSync(join(tmpdir(), "latchkey-openapi-"));

let latchkey: Latchkey;
let company: string;
beforeAll(async () => {
  latchkey = await startLatchkey();
  company = (await latchkey.post("company-credentials", { name: "HR" }, latchkey.token)).company_id ?? "";
  symlinkSync(MODULES, join(scratch, "node_modules"));
  writeFileSync(join(scratch, "package.json"), '{"type":"module"}');
}, 60_000);

afterAll(async () => {
  await latchkey.close();
  rmSync(scratch, { recursive: true, force: true });
});

const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: scratch, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** What somebody writes whose dialect this is: it says who has logged in. */
const PROGRAMS = {
  datix: `
    const { data } = await client.POST("/v1/auth/login", { body: ADA });
    if (data === undefined || !("access_token" in data)) throw new Error("no token");
    const headers = { Authorization: \`Bearer \${data.access_token}\` };
    const me = await client.GET("/v1/auth/me", { headers });
    console.log(me.data?.email);
    const wrong = await client.POST("/v1/auth/login", { body: { ...ADA, password: "wrong" } });
    console.log(wrong.error?.code);`,
  dyzo: `
    const { data } = await client.POST("/login/", { body: ADA });
    if (data === undefined || !("employee" in data)) throw new Error("no employee");
    console.log(data.employee.email);
    const wrong = await client.POST("/login/", { body: { ...ADA, password: "wrong" } });
    console.log(wrong.error?.message);`,
  vault: `
    const { data } = await client.POST("/api/login", { body: ADA });
    if (data === undefined || !("userToken" in data)) throw new Error("no token");
    const headers = { Authorization: \`Bearer \${data.userToken}\` };
    const next = await client.GET("/api/refresh", { headers });
    console.log(typeof next.data?.vaultToken);
    const wrong = await client.POST("/api/login", { body: { ...ADA, password: "wrong" } });
    console.log(wrong.error?.status);`,
  elyssa: `
    const { data } = await client.POST("/auth/login", { body: { companyId: COMPANY } });
    const next = await client.POST("/auth/refresh", { body: { refresh: data?.refreshToken ?? "" } });
    console.log(typeof next.data?.accessToken);
    const wrong = await client.POST("/auth/login", { body: { companyId: "c7f435f0" } });
    console.log(wrong.error?.statusCode);`,
};

const SAYS: Readonly<Record<keyof typeof PROGRAMS, readonly string[]>> = {
  datix: [ADA.email, "wrong_credentials"],
  dyzo: [ADA.email, "Invalid email or password"],
  vault: ["string", "error"],
  elyssa: ["string", "401"],
};

async function generate(document: string, name: string): Promise<void> {
  const answer = await fetch(latchkey.url + document);
  expect(answer.status).toBe(200);
  const file = join(scratch, `${name}.json`);
  writeFileSync(file, await answer.text());
  node(join(import.meta.dirname, "openapi-typescript.mjs"), file, "-o", join(scratch, `${name}.d.ts`));
}

function compile(file: string): void {
  const strict = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--types", "node"];
  const modules = ["--target", "es2024", "--module", "nodenext", "--lib", "es2024,dom", "--skipLibCheck"];
  const check = ["--allowImportingTsExtensions", file];
  expect(node(join(MODULES, "typescript/bin/tsc"), "--ignoreConfig", ...strict, ...modules, ...check)).toBe("");
}

/** The program over the types of that document, compiled and then run. */
function says(lines: string, { types, name }: { types: string; name: string }): string[] {
  const { email, password } = ADA;
  const head = `
    import createClient from "openapi-fetch";
    import type { paths } from "./${types}.d.ts";
    const COMPANY = ${JSON.stringify(company)};
    const ADA = ${JSON.stringify({ email, password })};
    const client = createClient<paths>({ baseUrl: process.argv[2] ?? "" });`;
  const file = join(scratch, `${name}.ts`);
  writeFileSync(file, head + lines);
  compile(file);
  const program = file.replace(/ts$/, "mjs");
  buildSync({ entryPoints: [file], outfile: program, bundle: true, format: "esm", platform: "node" });
  return node(program, latchkey.url).trim().split("\n");
}

describe.each(Object.entries(PROGRAMS))("a client generated from the document of %s", (dialect, program) => {
  it("compiles and logs in", async () => {
    await generate(`/openapi/${dialect}.json`, dialect);
    expect(says(program, { types: dialect, name: `login-${dialect}` })).toEqual(SAYS[dialect as keyof typeof SAYS]);
  });
});

it("the document of all dialects makes one client of them all", async () => {
  await generate("/openapi.json", "all");
  const names = Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[];
  const program = names.map((name) => `{${PROGRAMS[name]}}`).join("\n");
  expect(says(program, { types: "all", name: "login-all" })).toEqual(names.flatMap((name) => SAYS[name]));
});

it("a call that the document doesn't know doesn't compile", async () => {
  await generate("/openapi/datix.json", "datix");
  expect(() => says('await client.POST("/v1/auth/nothing", {});', { types: "datix", name: "wrong" })).toThrow();
});
