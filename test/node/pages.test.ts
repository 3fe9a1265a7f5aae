import { decode } from "fast-png";
import jsQR from "jsqr";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authenticator } from "../authenticator.ts";
import { type StandInServer, serve } from "../standins/server.ts";
import { hasChromium, type Latchkey, launchChromium, startLatchkey, watch } from "./browser.ts";

const ADA = {
  name: "Ada Lovelace",
  team: "Analytical Engines",
  email: "ada@example.com",
  password: "correct horse battery",
};
const NEW_PASSWORD = "another horse battery";

describe.skipIf(!hasChromium)("the pages in Chromium", () => {
  let latchkey: Latchkey;
  let application: StandInServer;
  let browser: Browser;

  beforeAll(async () => {
    application = await serve(async () => new Response("<!doctype html><title>the application</title>", HTML));
    latchkey = await startLatchkey({ RETURN_TO_ORIGINS: application.url });
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await application.close();
    await latchkey.close();
  });

  /** The path of the newest mailed link. */
  async function mailedLink(page: Page, path: string): Promise<string> {
    await page.goto("/dev/outbox");
    const link = await page.getByRole("link", { name: path }).first().textContent();
    return new URL(link ?? "").href.slice(new URL(link ?? "").origin.length);
  }

  async function signIn(page: Page, { password = ADA.password, path = "/login" } = {}): Promise<void> {
    await page.goto(path);
    await page.getByLabel("Email address").fill(ADA.email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  const api = (path: string, init: RequestInit) => fetch(`${latchkey.url}/v1/auth${path}`, init);
  const post = async (path: string, json: object) => {
    const headers = { "Content-Type": "application/json" };
    return (await api(path, { method: "POST", headers, body: JSON.stringify(json) })).json() as Promise<
      Record<string, string>
    >;
  };

  it("one journey: register, verify, second factor, keys, sessions, a new password", async () => {
    const { page, context, complaints } = await watch(browser, latchkey.url);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);

    await page.goto("/");
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.getByLabel("Your name").fill(ADA.name);
    await page.getByLabel("Name of your team").fill(ADA.team);
    await page.getByLabel("Email address").fill(ADA.email);
    await page.getByLabel("New password").fill("short");
    await expect.poll(() => page.getByText("Too short").isVisible()).toBe(true);
    await page.getByLabel("New password").fill(ADA.password);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { name: "Check your mail" }).waitFor();

    await page.goto(await mailedLink(page, "/verify-email"));
    await page.getByRole("button", { name: "Confirm address" }).click();
    await page.getByRole("link", { name: "Go to your account" }).click();
    await signIn(page, { path: page.url() });
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    expect(await page.getByText("confirmed", { exact: true }).isVisible()).toBe(true);

    await page.getByRole("link", { name: "Security" }).click();
    await page.getByRole("link", { name: "Set up" }).click();
    await page.getByRole("button", { name: "Begin" }).click();
    const app = new Authenticator({ clock: WALL_CLOCK }, secretIn(await page.locator(".qr").screenshot()));
    const codes = await page.locator("#codes li").allTextContents();
    await page.getByRole("button", { name: "Copy" }).click();
    const copied = String(await page.evaluate("navigator.clipboard.readText()"));
    expect(copied.split(/\s+/)).toEqual(codes.map((code) => code.trim()));
    await page.getByLabel("Code").fill(app.code());
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.getByText("Two-factor authentication is on.").waitFor();

    await page.getByRole("button", { name: "Sign out" }).click();
    await signIn(page);
    // the code of this half minute was spent by the set-up: the next one is good already
    await page.getByLabel("Code").fill(app.code(1));
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Profile" }).waitFor();

    await page.getByRole("link", { name: "API keys" }).click();
    await page.getByLabel("What it is for").fill("Continuous integration");
    await page.getByRole("button", { name: "Make the key" }).click();
    await page.getByRole("button", { name: "Copy" }).click();
    const key = String(await page.evaluate("navigator.clipboard.readText()"));
    expect((await api("/verify", { headers: { "X-API-Key": key } })).status).toBe(200);

    const { temp_token } = await post("/login", { email: ADA.email, password: ADA.password });
    const { access_token } = await post("/verify-2fa", { temp_token, code: codes[0]?.trim() });
    const asOther = { headers: { Authorization: `Bearer ${access_token}` } };
    expect((await api("/me", asOther)).status).toBe(200);
    await page.goto("/account/security");
    await page.getByRole("button", { name: "End the session" }).click();
    await page.getByText("That session was ended.").waitFor();
    expect((await api("/me", asOther)).status).toBe(401);

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email address").fill(ADA.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.goto(await mailedLink(page, "/reset-password"));
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Set new password" }).click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await signIn(page, { password: NEW_PASSWORD });
    await page.getByLabel("Code").fill(codes[1]?.trim() ?? "");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Profile" }).waitFor();

    expect(complaints).toEqual([]);
    await context.close();
  });

  it("leads back to the application that sent the visitor, and to no other", async () => {
    const { page, context, complaints } = await watch(browser, latchkey.url);
    await latchkey.db.prepare("DELETE FROM second_factors").run();
    const path = `/login?${new URLSearchParams({ return_to: `${application.url}/inbox` })}`;
    await signIn(page, { path, password: NEW_PASSWORD });
    await page.waitForURL(`${application.url}/inbox`);
    expect(await page.title()).toBe("the application");
    expect(complaints).toEqual([expect.stringContaining(`request: ${application.url}/`)]);
    await context.close();
  });

  it("nothing that another site sends is accepted, with the visitor's cookies in the browser", async () => {
    const { page, context } = await watch(browser, latchkey.url);
    await signIn(page, { password: NEW_PASSWORD });
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    const action = `${latchkey.url}/pages/name`;
    const statuses: number[] = [];
    page.on("response", (response) => {
      if (response.url() === action) statuses.push(response.status());
    });

    await page.goto(application.url);
    const send = (init: string) =>
      page.evaluate(
        `fetch("${action}", { method: "POST", mode: "no-cors", credentials: "include", ...${init} }).then(() => 1)`,
      );
    await send(`{ body: new URLSearchParams({ full_name: "Mallory" }) }`);
    await send(`{ body: new Blob(['{"full_name": "Mallory"}']) }`);
    await send(`{ body: new Blob(['{"full_name": "Mallory"}'], { type: "text/plain" }) }`);
    await page
      .evaluate(
        `fetch("${action}", { method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: "{}" })`,
      )
      .catch(() => null); // the preflight is not answered to another origin
    await page.setContent(
      `<form method="post" action="${action}"><input name="full_name" value="Mallory"><button>go</button></form>`,
    );
    await page.getByRole("button").click();
    await page.getByText("This was not accepted").waitFor();
    expect(statuses.filter((status) => status !== 204)).toEqual([403, 403, 403, 403]);

    await page.goto("/account");
    expect(await page.getByLabel("Name").inputValue()).toBe(ADA.name);
    await context.close();
  });

  it("the same forms work where no script runs", async () => {
    const { page, context, complaints } = await watch(browser, latchkey.url, { javaScriptEnabled: false });
    await page.goto("/register");
    await page.getByLabel("Your name").fill("Grace Hopper");
    await page.getByLabel("Name of your team").fill("Compilers");
    await page.getByLabel("Email address").fill("grace@example.com");
    await page.getByLabel("New password").fill(ADA.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Check your mail" }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

const HTML = { headers: { "Content-Type": "text/html" } };
const WALL_CLOCK = { now: () => Math.floor(Date.now() / 1_000) };

/** What a phone reads from the picture on the screen. */
function secretIn(png: Buffer): string {
  const { width, height, channels, data } = decode(png);
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) pixels[4 * at + channel] = Number(data[at * channels + channel]);
  }
  return new URL(jsQR(pixels, width, height)?.data ?? "").searchParams.get("secret") ?? "";
}
