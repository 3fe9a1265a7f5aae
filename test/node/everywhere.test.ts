import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness, type TestHarness, unstable_readConfig } from "wrangler";
import { NAMES } from "../client/everywhere/suite.ts";
import { accessTokenInfo, CLIENT_ID } from "../standins/google.ts";
import { type StandInServer, serve } from "../standins/server.ts";

// One suite in every runtime that the client is for, against the same Latchkey on loopback.

const ROOT = join(import.meta.dirname, "../..");
const SUITE = join(ROOT, "test/client/everywhere");
const CHROMIUM = "/usr/bin/chromium";
const CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];

const scratch = mkdtempSync(join(tmpdir(), "latchkey-client-"));
let harness: TestHarness;
let server: StandInServer; // of the pages
let url: string;

beforeAll(async () => {
  const page = await bundle("page.ts", "browser");
  server = await serve(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/tokeninfo") return tokenInfo(searchParams.get("access_token") ?? "");
    const isScript = pathname === "/page.js";
    const type = isScript ? "text/javascript" : "text/html";
    const body = isScript ? page : '<!doctype html><script type="module" src="/page.js"></script>';
    return new Response(body, { headers: { "Content-Type": type } });
  });
  const { compatibility_date, d1_databases, kv_namespaces, durable_objects, migrations } = unstable_readConfig({
    config: join(ROOT, "wrangler.toml"),
  });
  const vars = {
    ENVIRONMENT: "development",
    ISSUER: "http://localhost:8787",
    MASTER_KEYS: `1:${"k".repeat(43)}`,
    PASSWORD_HASH_ROUNDS: "1",
    CORS_ORIGINS: server.url,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_TOKENINFO_URL: `${server.url}/tokeninfo`,
    RATE_LIMITS: '{"register:ip":"1000/60","login:ip":"1000/60"}',
  };
  const bindings = { d1_databases, kv_namespaces, durable_objects, migrations, vars };
  harness = createTestHarness({
    root: ROOT,
    workers: [
      { config: { name: "latchkey", main: join(SUITE, "server.ts"), compatibility_date, ...bindings } },
      { config: { name: "workerd", main: join(SUITE, "worker.ts"), compatibility_date } },
    ],
  });
  url = (await harness.listen()).url.origin;
  await harness.getWorker<{ DB: D1Database }>("latchkey").applyD1Migrations("DB");
}, 60_000);

afterAll(async () => {
  await harness.close();
  await server.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Google's answer for any token that names an address: `ya29.<address>`. */
function tokenInfo(token: string): Response {
  const email = token.replace("ya29.", "");
  const changes = { email, sub: Buffer.from(email).toString("hex"), exp: "4102444800" };
  return Response.json(accessTokenInfo(0, changes));
}

async function bundle(entry: string, platform: "browser" | "node"): Promise<string> {
  const options = { bundle: true, format: "esm", target: "es2022", platform, write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [join(SUITE, entry)] });
  return outputFiles[0]?.text ?? "";
}

/** Every Node on this machine, by its version: the tools' own and what the path has. */
function nodes(): Map<string, string> {
  const found = (process.env.PATH ?? "").split(delimiter).map((dir) => join(dir, "node"));
  const all = [process.execPath, ...found].filter((path) => existsSync(path));
  return new Map(all.map((path) => [execFileSync(path, ["--version"], { encoding: "utf8" }).trim(), path] as const));
}

describe.each([...nodes()])("Node %s", (version, path) => {
  let child: ChildProcess;
  let answers: AsyncIterator<string>;

  beforeAll(async () => {
    const file = join(scratch, `${version}.mjs`);
    const options = { bundle: true, format: "esm", target: "es2022", platform: "node" } as const;
    await build({ ...options, entryPoints: [join(SUITE, "node.ts")], outfile: file });
    child = spawn(path, [file], { stdio: ["pipe", "pipe", "inherit"] });
    if (child.stdout === null) throw new Error("it has no output");
    answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  });

  afterAll(async () => {
    child.stdin?.end();
    if (child.exitCode === null) await once(child, "exit");
  });

  it.each(NAMES)("%s", async (name) => {
    child.stdin?.write(`${JSON.stringify({ name, url, run: `node-${Number.parseInt(version.slice(1), 10)}` })}\n`);
    expect(JSON.parse((await answers.next()).value)).toBeNull();
  });
});

describe("workerd", () => {
  it.each(NAMES)("%s", async (name) => {
    const body = JSON.stringify({ name, url, run: "workerd" });
    const answer = await harness.getWorker("workerd").fetch("/", { method: "POST", body });
    expect(await answer.json()).toBeNull();
  });
});

/** What `page.ts` leaves on the page. */
interface OnPage {
  readonly latchkey: typeof import("../../src/client/index.ts");
  readonly noted: typeof import("../client/everywhere/ground.ts").noted;
  readonly runCase: typeof import("../client/everywhere/suite.ts").runCase;
  readonly localStorage: import("../../src/client/index.ts").WebStorage;
}

const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`skipped: the client in Chromium, for there is no ${CHROMIUM}`);

describe.skipIf(!hasChromium)("Chromium", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
    context = await browser.newContext();
    page = await open(context);
  }, 60_000);

  afterAll(() => browser?.close());

  it.each(NAMES)("%s", async (name) => {
    const asked = { name, url, run: "chromium" };
    expect(await page.evaluate((asked) => (globalThis as unknown as OnPage).runCase(asked), asked)).toBeNull();
  });

  it("two real tabs: one rotation for both, and a logout of one is one of both", async () => {
    const tabs = [await open(context), await open(context)];
    const account = { email: "tabs@example.com", password: "correct horse battery" };
    await tabs[0]?.evaluate(registerAndLogin, { url, account });
    await fetch(`${url}/test/clock?advance=3600`);
    const seen = await Promise.all(tabs.map((tab) => tab.evaluate(callFive, { url })));
    // localStorage may show another tab's write a moment late: the grace then answers with the same successor
    expect(seen.reduce((sum, { renewals }) => sum + renewals, 0)).toBeLessThanOrEqual(2);
    expect(seen.map(({ refresh }) => refresh?.split(".")[1])).toEqual(["1", "1"]);
    await tabs[0]?.evaluate(logOut, { url });
    await expect(tabs[1]?.evaluate(callFive, { url })).rejects.toThrow(/please log in/);
  });
});

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => "runCase" in globalThis);
  return page;
}

// The three below run on the page.

async function registerAndLogin({ url, account }: { url: string; account: { email: string; password: string } }) {
  const { latchkey, localStorage } = globalThis as unknown as OnPage;
  const client = latchkey.createClient({ baseUrl: url, store: latchkey.webStore(localStorage) });
  await latchkey.register(client, { ...account, full_name: "Ada", organization_name: "Engines" });
  await latchkey.login(client, account);
}

async function callFive({ url }: { url: string }): Promise<{ renewals: number; refresh: string | undefined | null }> {
  const { latchkey, noted, localStorage } = globalThis as unknown as OnPage;
  const sent: string[] = [];
  const store = latchkey.webStore(localStorage);
  const client = latchkey.createClient({ baseUrl: url, fetch: noted(sent), store });
  await Promise.all(Array.from({ length: 5 }, () => latchkey.me(client)));
  return { renewals: sent.filter((what) => what === "renew").length, refresh: (await client.tokens())?.refresh };
}

async function logOut({ url }: { url: string }): Promise<void> {
  const { latchkey, localStorage } = globalThis as unknown as OnPage;
  await latchkey.logout(latchkey.createClient({ baseUrl: url, store: latchkey.webStore(localStorage) }));
}
