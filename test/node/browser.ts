import { existsSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { createTestHarness, type TestHarness } from "wrangler";

// Debian's Chromium on the bundle as it is deployed, in workerd.

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"];

export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`skipped: the pages in a browser, for there is no ${CHROMIUM}`);

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export interface Latchkey {
  /** `http://localhost:<port>` */
  readonly url: string;
  readonly db: D1Database;
  close(): Promise<void>;
}

export async function startLatchkey(vars: Record<string, string> = {}): Promise<Latchkey> {
  const harness: TestHarness = createTestHarness({
    root: join(import.meta.dirname, "../.."),
    workers: [
      {
        configPath: "wrangler.toml",
        vars: {
          ENVIRONMENT: "development",
          ISSUER: "http://localhost:8787",
          PASSWORD_HASH_ROUNDS: "1",
          RATE_LIMITS: '{"send:ip":"1000/60","otp:send":"1000/60","recover:recipient":"1000/60"}',
          ...vars,
        },
        secrets: { MASTER_KEYS: `1:${"k".repeat(42)}A` },
      },
    ],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker<{ DB: D1Database }>();
  await worker.applyD1Migrations("DB");
  const { DB: db } = await worker.getEnv();
  return { url: `http://localhost:${url.port}`, db, close: () => harness.close() };
}

/** A window, and all that must not happen in it. */
export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** errors of the console (a violation of the policy is one) and of scripts, and requests to other hosts */
  readonly complaints: string[];
}

export async function watch(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ baseURL: url, locale: "en", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { host } = new URL(url);
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => complaints.push(`script: ${error.error().message}`));
  context.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "data:" && asked.host !== host) complaints.push(`request: ${request.url()}`);
  });
  return { context, page, complaints };
}

interface AxeRun {
  readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
}

/** What axe-core finds serious or critical, as lines of text. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document)")) as AxeRun;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
