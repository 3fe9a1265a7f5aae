import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { copyOfCheckout } from "./checkout.ts";
import { ADA, freePort, until } from "./latchkey.ts";

// Each example by its one command, on this machine.

const START_SECONDS = 120; // two programs on a cold machine whose two cores run the other tests as well
const CHROMIUM = "/usr/bin/chromium";

let checkout: string;
let example: ChildProcess | null = null;

beforeAll(() => {
  checkout = copyOfCheckout("latchkey-examples-");
});

afterEach(async () => {
  if (example === null || example.exitCode !== null) return;
  const ended = once(example, "exit");
  example.kill("SIGTERM");
  await ended;
  example = null;
}, 30_000);

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

/** `npm run example <name>`, on ports of its own; the origins of Latchkey and of the example. */
async function run(name: string): Promise<{ latchkey: string; own: string }> {
  const [port, ownPort] = [await freePort(), await freePort()];
  const options = ["--port", `${port}`, "--own-port", `${ownPort}`, "--persist-to", join(checkout, `state-${name}`)];
  const child = spawn(process.execPath, ["scripts/example.mjs", name, ...options], {
    cwd: checkout,
    // whatever else runs on this machine under the same name is not meant
    env: { ...process.env, WRANGLER_REGISTRY_PATH: join(checkout, "registry") },
  });
  example = child;
  let said = "";
  const collect = (chunk: Buffer) => {
    said += chunk;
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  await until(() => {
    if (child.exitCode !== null) throw new Error(said);
    return said.includes(`The example ${name} listens`);
  }, START_SECONDS);
  return { latchkey: `http://localhost:${port}`, own: `http://localhost:${ownPort}` };
}

async function tokenOf(latchkey: string): Promise<string> {
  const post = (path: string) =>
    fetch(`${latchkey}/v1/auth/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(ADA),
    });
  expect((await post("register")).status).toBe(201);
  return ((await (await post("login")).json()) as { access_token: string }).access_token;
}

const LIMIT = (START_SECONDS + 60) * 1000;

it("worker: says who calls, by its service binding", { timeout: LIMIT }, async () => {
  const { latchkey, own } = await run("worker");
  const headers = { Authorization: `Bearer ${await tokenOf(latchkey)}` };
  // the two programs find each other a moment after both listen
  await until(async () => (await fetch(own, { headers })).status === 200, 30);
  expect(await (await fetch(own, { headers })).json()).toMatchObject({ kind: "user", role: "admin" });
  expect((await fetch(own)).status).toBe(401);
});

it("api: lets tokens and keys read, and an admin in person write", { timeout: LIMIT }, async () => {
  const { latchkey, own } = await run("api");
  const bearer = { Authorization: `Bearer ${await tokenOf(latchkey)}` };
  const makeKey = async (scopes: string[]) => {
    const headers = { "Content-Type": "application/json", ...bearer };
    const body = JSON.stringify({ name: "A key", scopes });
    const answer = await fetch(`${latchkey}/v1/auth/api-keys`, { method: "POST", headers, body });
    return { "X-API-Key": ((await answer.json()) as { key: string }).key };
  };
  const ask = async (method: string, headers: Record<string, string>) =>
    (await fetch(`${own}/tasks`, { method, headers, ...(method === "POST" && { body: "rest" }) })).status;
  const [reader, other] = [await makeKey(["tasks:read"]), await makeKey(["tasks:write"])];
  expect(await Promise.all([ask("GET", bearer), ask("GET", reader), ask("GET", other), ask("GET", {})])).toEqual([
    ...[200, 200, 403, 401],
  ]);
  expect(await Promise.all([ask("POST", bearer), ask("POST", reader)])).toEqual([201, 403]);
});

const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`skipped: the example in a browser, for there is no ${CHROMIUM}`);

describe.skipIf(!hasChromium)("browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  }, 60_000);
  afterAll(() => browser?.close());

  it("makes an account, greets it, shares it with another tab, and logs both out", { timeout: LIMIT }, async () => {
    const { own } = await run("browser");
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(own);
    await page.getByLabel("Email").fill(ADA.email);
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").getByText("Invalid email or password").waitFor();

    await page.getByLabel("Password").fill(ADA.password);
    await page.getByRole("button", { name: "Make an account" }).click();
    await page.getByText(`Hello, ${ADA.email}.`).waitFor();

    const tab = await context.newPage();
    await tab.goto(own);
    await tab.getByText(`Hello, ${ADA.email}.`).waitFor();
    await tab.getByRole("button", { name: "Log out" }).click();
    await tab.getByLabel("Password").waitFor();
    await page.getByLabel("Password").waitFor();
  });
});
