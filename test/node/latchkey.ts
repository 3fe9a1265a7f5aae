import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createTestHarness, type TestHarness } from "wrangler";

/** Latchkey's bundle as it is deployed, on a port of loopback, with one account. */
export interface Latchkey {
  readonly url: string;
  readonly harness: TestHarness;
  /** of the account, an admin */
  readonly token: string;
  post(path: string, json: object, as?: string): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export const ADA = {
  email: "ada@example.com",
  password: "correct horse battery",
  full_name: "Ada Lovelace",
  organization_name: "Engines",
};

export async function startLatchkey(vars: Record<string, string> = {}): Promise<Latchkey> {
  const harness = createTestHarness({
    root: join(import.meta.dirname, "../.."),
    workers: [
      {
        configPath: "wrangler.toml",
        vars: { ENVIRONMENT: "development", ISSUER: "http://localhost:8787", PASSWORD_HASH_ROUNDS: "1", ...vars },
        secrets: { MASTER_KEYS: `1:${"k".repeat(43)}` },
      },
      { configPath: "examples/worker/wrangler.toml" },
    ],
  });
  const { url } = await harness.listen();
  await harness.getWorker<{ DB: D1Database }>("latchkey").applyD1Migrations("DB");

  async function post(path: string, json: object, as?: string): Promise<Record<string, string>> {
    const bearer = as === undefined ? {} : { Authorization: `Bearer ${as}` };
    const headers = { "Content-Type": "application/json", ...bearer };
    const init = { method: "POST", headers, body: JSON.stringify(json) };
    return (await (await fetch(`${url.origin}/v1/auth/${path}`, init)).json()) as Record<string, string>;
  }

  await post("register", ADA);
  const { access_token: token = "" } = await post("login", ADA);
  return { url: url.origin, harness, token, post, close: () => harness.close() };
}

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  holder.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Asks again until it is so. */
export async function until(condition: () => Promise<boolean> | boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await condition()); ) {
    if (Date.now() > end) throw new Error("it never came true");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
