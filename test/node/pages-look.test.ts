import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page, Response } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authenticator } from "../authenticator.ts";
import {
  hasChromium,
  type Latchkey,
  launchChromium,
  seriousViolations,
  startLatchkey,
  type Watched,
  watch,
} from "./browser.ts";

const ADA = { email: "ada@example.com", password: "correct horse battery" };
const REGISTERED = { ...ADA, full_name: "Ada Lovelace", organization_name: "Analytical Engines" };
const PAGE_MAX_BYTES = 30_000;

/** `SCREENSHOTS=/tmp/shots npm test -- test/node/pages-look.test.ts` leaves pictures of every page, to be looked at. */
const SCREENSHOTS = process.env.SCREENSHOTS ?? null;

const SIZES = { wide: { width: 1_200, height: 800 }, narrow: { width: 320, height: 640 } };
const SCHEMES = ["light", "dark"] as const;

interface View {
  readonly name: string;
  /** leads to the page */
  readonly open: (page: Page) => Promise<unknown>;
  /** what the page answers when it isn't 200 */
  readonly status?: number;
}

const at =
  (path: string): View["open"] =>
  (page) =>
    page.goto(path);
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

async function mailed(page: Page, path: string): Promise<void> {
  await page.goto("/dev/outbox");
  const link = new URL((await page.getByRole("link", { name: path }).first().textContent()) ?? "");
  await page.goto(link.pathname + link.search);
}

async function fillIn(page: Page, path: string, typed: Record<string, string>, button: string): Promise<void> {
  await page.goto(path);
  for (const [label, value] of Object.entries(typed)) await page.getByLabel(label).first().fill(value);
  await press(page, button);
}

const signIn = (page: Page) =>
  fillIn(page, "/login", { "Email address": ADA.email, Password: ADA.password }, "Sign in");

/** The status of the page that is shown, and its size before any compression. */
async function measured(response: Response | null): Promise<{ answered: number; weight: number }> {
  if (response === null) throw new Error("no page was shown");
  return { answered: response.status(), weight: (await response.body()).length };
}

/** Before anybody is signed in. */
const STRANGER: readonly View[] = [
  { name: "home", open: at("/") },
  { name: "login", open: at("/login") },
  {
    name: "login-refused",
    status: 401,
    open: (page) => fillIn(page, "/login", { "Email address": ADA.email, Password: "wrong" }, "Sign in"),
  },
  { name: "login-code", open: at("/login/code") },
  {
    name: "login-code-sent",
    open: (page) => fillIn(page, "/login/code", { "Email address or phone": ADA.email }, "Send a code"),
  },
  { name: "register", open: at("/register") },
  {
    name: "register-refused",
    status: 400,
    open: (page) =>
      fillIn(
        page,
        "/register",
        { "Your name": "A", "Name of your team": "B", "Email address": "a@example.com", "New password": "password" },
        "Create account",
      ),
  },
  { name: "forgot", open: at("/forgot") },
  { name: "check-mail", open: at("/check-mail/forgot") },
  { name: "login-first", open: at("/account") },
  { name: "verify-email", open: (page) => mailed(page, "/verify-email") },
  {
    name: "verify-email-done",
    open: async (page) => {
      await mailed(page, "/verify-email");
      await press(page, "Confirm address");
    },
  },
  { name: "dead-link", status: 404, open: at("/reset-password?token=x") },
  {
    name: "reset-password",
    open: async (page) => {
      await fillIn(page, "/forgot", { "Email address": ADA.email }, "Send the link");
      await mailed(page, "/reset-password");
    },
  },
];

const ACCOUNT: readonly View[] = [
  { name: "home-signed-in", open: at("/") },
  { name: "account", open: at("/account") },
  {
    name: "account-phone-asked",
    open: (page) => fillIn(page, "/account", { "Phone number": "+447700900123" }, "Send a code"),
  },
  {
    name: "account-refused",
    status: 400,
    open: (page) => fillIn(page, "/account", { "Phone number": "12" }, "Send a code"),
  },
  { name: "security", open: at("/account/security") },
  {
    name: "security-refused",
    status: 401,
    open: (page) =>
      fillIn(
        page,
        "/account/security",
        { "Current password": "wrong", "New password": "another horse battery" },
        "Change password",
      ),
  },
  { name: "two-factor-off", open: at("/account/security/two-factor") },
  { name: "keys", open: at("/account/keys") },
  { name: "data", open: at("/account/data") },
  {
    name: "members",
    open: async (page) => {
      await page.goto("/organization");
      await page.locator("summary").first().click();
    },
  },
  {
    name: "invitations",
    open: (page) =>
      fillIn(page, "/organization/invitations", { "Their email address": "jane@example.com" }, "Send the invitation"),
  },
  { name: "projects", open: at("/organization/projects") },
  { name: "credentials", open: at("/organization/credentials") },
  {
    name: "credential-made",
    open: (page) => fillIn(page, "/organization/credentials", { "What it is for": "Payroll" }, "Make the credential"),
  },
  { name: "audit", open: at("/organization/audit?result=failure") },
  { name: "audit-all", open: at("/organization/audit") },
  { name: "key-made", open: (page) => fillIn(page, "/account/keys", { "What it is for": "Backups" }, "Make the key") },
];

describe.skipIf(!hasChromium)("every page", () => {
  let latchkey: Latchkey;
  let browser: Browser;
  let watched: Watched;
  let app: Authenticator;

  const api = async (path: string, json: object, headers: Record<string, string> = {}) => {
    const sent = { "Content-Type": "application/json", ...headers };
    const init = { method: "POST", headers: sent, body: JSON.stringify(json) };
    return (await (await fetch(`${latchkey.url}/v1/auth${path}`, init)).json()) as Record<string, string>;
  };

  beforeAll(async () => {
    latchkey = await startLatchkey({ GOOGLE_CLIENT_ID: "latchkey.apps.googleusercontent.com" });
    browser = await launchChromium();
    watched = await watch(browser, latchkey.url);
    await api("/register", REGISTERED);
    await api("/register", {
      ...REGISTERED,
      email: "grace@example.com",
      full_name: "Grace Hopper",
      organization_name: "Flow-Matic",
    });
    if (SCREENSHOTS !== null) mkdirSync(SCREENSHOTS, { recursive: true });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await latchkey.close();
  });

  /** Keys with a month of use, and sessions from several devices. */
  async function live(): Promise<void> {
    const agents = [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      "curl/8.5.0",
    ];
    for (const agent of agents) {
      const { access_token } = await api("/login", ADA, { "User-Agent": agent });
      const name = `Key of ${agent.slice(0, 12)}`;
      await api("/api-keys", { name, expires_in_days: 365 }, { Authorization: `Bearer ${access_token}` });
    }
    const today = Math.floor(Date.now() / 86_400_000);
    await latchkey.db.batch([
      latchkey.db.prepare("UPDATE sessions SET country = 'PT', address = '2001:db8::8a2e:370:7334'"),
      latchkey.db.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
         INSERT INTO api_key_usage (key_id, day, requests)
         SELECT 1, ${today} - i, 200 + (i * 7919) % 911 FROM n WHERE i % 7 NOT IN (2, 3)`,
      ),
      latchkey.db.prepare("UPDATE members SET organization_id = 1, role = 'member' WHERE user_id = 2"),
      latchkey.db.prepare(
        "INSERT INTO members (organization_id, user_id, role, created_at) VALUES (2, 1, 'viewer', 4102444800)",
      ),
      latchkey.db.prepare(
        "INSERT INTO projects (public_id, organization_id, name, created_at, archived_at) VALUES ('prj_1', 1, 'Difference', 1, NULL), ('prj_2', 1, 'Analysis', 1, 2)",
      ),
      // who invites has proven an address of their own
      latchkey.db.prepare("UPDATE users SET email_verified_at = created_at WHERE id = 1"),
      latchkey.db.prepare("UPDATE api_keys SET last_used_at = created_at WHERE id = 1"),
    ]);
  }

  async function look({ name, open, status = 200 }: View): Promise<void> {
    const { page, complaints } = watched;
    await page.setViewportSize(SIZES.wide);
    await page.emulateMedia({ colorScheme: "light" });
    let shown: Response | null = null;
    const note = (response: Response) => {
      if (response.request().isNavigationRequest() && response.status() !== 303) shown = response;
    };
    page.on("response", note);
    await open(page);
    await page.waitForLoadState("load");
    page.off("response", note);
    const { answered, weight } = await measured(shown);

    expect(answered).toBe(status);
    expect(weight).toBeLessThan(PAGE_MAX_BYTES);
    for (const colorScheme of SCHEMES) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(viewport.width);
        if ((size === "wide") === (colorScheme === "light")) expect(await seriousViolations(page)).toEqual([]);
        if (SCREENSHOTS !== null) {
          await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}-${size}.png`), fullPage: true });
        }
      }
    }
    // a page that was refused is a failure to the console as well
    const expected = status === 200 ? [] : [expect.stringContaining(`status of ${status}`)];
    expect(complaints.splice(0)).toEqual(expected);
  }

  it.each(STRANGER)("$name: no serious violation, no complaint, no scrolling sideways at 320 px, light enough", look);

  it("an account with keys and sessions", async () => {
    await live();
    await signIn(watched.page);
    await watched.page.getByRole("heading", { name: "Profile" }).waitFor();
  });

  it.each(ACCOUNT)("$name: the same", look);

  it("a second factor, from the first page of its set-up to the last", async () => {
    const { page } = watched;
    await look({
      name: "two-factor-setup",
      open: async () => {
        await page.goto("/account/security/two-factor");
        await press(page, "Begin");
      },
    });
    const secret = ((await page.locator(".secret").textContent()) ?? "").replaceAll(" ", "");
    app = new Authenticator({ clock: { now: () => Math.floor(Date.now() / 1_000) } }, secret);
    const confirm = (code: string) => fillIn(page, "/account/security/two-factor", { Code: code }, "Turn it on");
    await look({ name: "two-factor-refused", status: 401, open: () => confirm(app.wrongCode()) });
    await look({ name: "security-protected", open: () => confirm(app.code()) });
    await look({ name: "two-factor-on", open: at("/account/security/two-factor") });
    const renew = () =>
      fillIn(page, "/account/security/two-factor", { "Current password": ADA.password }, "Make new codes");
    await look({ name: "backup-codes", open: renew });
    await page.goto("/account");
    await look({ name: "signed-out", open: () => press(page, "Sign out") });
    await look({ name: "second-factor", open: () => signIn(page) });
  });
});
