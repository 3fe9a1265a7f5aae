import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness, type TestHarness, unstable_readConfig, type WorkerHandle } from "wrangler";
import { ResendStandIn, refusal } from "../standins/resend.ts";
import { type StandInServer, serve } from "../standins/server.ts";
import { TwilioStandIn } from "../standins/twilio.ts";

// The bundle as it is deployed, in workerd, and the providers on loopback.

const root = join(import.meta.dirname, "../..");
const ADA = {
  email: "ada@example.com",
  password: "correct horse battery",
  full_name: "Ada Lovelace",
  organization_name: "Analytical Engines",
};
const DEVELOPMENT = { ENVIRONMENT: "development", ISSUER: "http://localhost:8787", PASSWORD_HASH_ROUNDS: "1" };
const MASTER_KEYS = `1:${"k".repeat(42)}A`;

interface Bindings {
  readonly DB: D1Database;
}

describe("Resend and Twilio", () => {
  const resend = new ResendStandIn();
  const twilio = new TwilioStandIn();
  const servers: StandInServer[] = [];
  let harness: TestHarness;
  let worker: WorkerHandle<Bindings>;

  beforeAll(async () => {
    servers.push(await serve((request) => resend.answer(request)), await serve((request) => twilio.answer(request)));
    const [atResend, atTwilio] = servers.map(({ url }) => url);
    harness = createTestHarness({
      root,
      workers: [
        {
          configPath: "wrangler.toml",
          vars: {
            ...DEVELOPMENT,
            EMAIL_PROVIDER: "resend",
            EMAIL_FROM: "Analytical Engines <auth@example.com>",
            RESEND_API_URL: atResend ?? "",
            SMS_PROVIDER: "twilio",
            TWILIO_FROM: "+15005550006",
            TWILIO_API_URL: atTwilio ?? "",
          },
          secrets: {
            MASTER_KEYS,
            RESEND_API_KEY: resend.apiKey,
            TWILIO_ACCOUNT_SID: twilio.accountSid,
            TWILIO_AUTH_TOKEN: twilio.authToken,
          },
        },
      ],
    });
    await harness.listen();
    worker = harness.getWorker<Bindings>();
    await worker.applyD1Migrations("DB");
  }, 60_000);

  afterAll(async () => {
    await harness.close();
    await Promise.all(servers.map((server) => server.close()));
  });

  it("Resend gets the notice of a changed password after the answer, and its text is erased", async () => {
    await settleIn(harness, worker);
    resend.forget();
    const change = await changePassword(harness);
    expect(change.status).toBe(200);
    await until(async () => (await states(worker)).includes("delivered"));
    expect(resend.sent).toEqual([
      {
        from: "Analytical Engines <auth@example.com>",
        to: [ADA.email],
        subject: "Tu contraseña ha cambiado",
        text: expect.stringContaining("La contraseña de tu cuenta ha cambiado"),
        html: expect.stringContaining("La contraseña de tu cuenta ha cambiado"),
        headers: { "Auto-Submitted": "auto-generated" },
      },
    ]);
    expect([...resend.emails.keys()]).toEqual([expect.stringMatching(/^msg_[0-9A-Za-z]{22}$/)]);
    const { DB } = await worker.getEnv();
    expect(await DB.prepare("SELECT state, subject, text, html FROM outbox").first()).toEqual({
      state: "delivered",
      subject: null,
      text: null,
      html: null,
    });
  });

  it("the cron trigger brings what a provider didn't take at first", async () => {
    const { DB } = await worker.getEnv();
    await insert(DB, { id: "msg_sms", channel: "sms", to: "+15557122661", text: "482913 es tu código & más" });
    await insert(DB, { id: "msg_mail", channel: "email", to: "bob@example.com", text: "Hello" });
    resend.trouble = () => refusal(503, "application_error");
    await worker.scheduled({ cron: "* * * * *" });
    expect(twilio.sent).toEqual([
      { To: "+15557122661", From: "+15005550006", Body: "482913 es tu código & más", ValidityPeriod: "36000" },
    ]);
    expect(await states(worker)).toEqual(["delivered", "delivered", "waiting"]);

    resend.trouble = null;
    await DB.prepare("UPDATE outbox SET next_attempt_at = created_at").run(); // a minute has passed
    await worker.scheduled({ cron: "* * * * *" });
    expect(await states(worker)).toEqual(["delivered", "delivered", "delivered"]);
    expect(resend.sent.map(({ to }) => to)).toEqual([[ADA.email], ["bob@example.com"]]);
  });

  it("what was printed holds neither keys nor what was written to whom", () => {
    const printed = JSON.stringify(harness.getLogs());
    expect(printed).toContain("delivery.failed");
    for (const secret of [
      resend.apiKey,
      twilio.authToken,
      twilio.accountSid,
      "bob@example.com",
      "482913",
      "15557122661",
    ]) {
      expect(printed).not.toContain(secret);
    }
  });
});

describe("Cloudflare", () => {
  // the binding lets nothing else pass
  const BINDING = {
    name: "EMAIL",
    destination_address: ADA.email,
    allowed_sender_addresses: ["auth@example.com"],
  };
  let harness: TestHarness;

  beforeAll(async () => {
    const { main, compatibility_date, d1_databases, kv_namespaces, durable_objects, migrations } = unstable_readConfig({
      config: join(root, "wrangler.toml"),
    });
    const bindings = { d1_databases, kv_namespaces, durable_objects, migrations };
    const EMAIL = { EMAIL_PROVIDER: "cloudflare", EMAIL_FROM: "Analytical Engines <auth@example.com>" };
    const vars = { ...DEVELOPMENT, ...EMAIL, MASTER_KEYS };
    const config = { name: "latchkey", main, compatibility_date, ...bindings, vars, send_email: [BINDING] };
    harness = createTestHarness({ root, workers: [{ config }] });
    await harness.listen();
    await harness.getWorker<Bindings>().applyD1Migrations("DB");
  }, 60_000);

  afterAll(() => harness.close());

  it("takes the notice of a changed password from its binding, by our sender and to its address alone", async () => {
    const worker = harness.getWorker<Bindings>();
    const { DB } = await worker.getEnv();
    await settleIn(harness, worker);
    await insert(DB, { id: "msg_mail", channel: "email", to: "bob@example.com", text: "Hello" });
    expect((await changePassword(harness)).status).toBe(200);
    await until(async () => (await states(worker)).includes("delivered"));
    await worker.scheduled({ cron: "* * * * *" });
    const { results } = await DB.prepare("SELECT recipient, state, attempts FROM outbox ORDER BY recipient").all();
    expect(results).toEqual([
      { recipient: ADA.email, state: "delivered", attempts: 1 },
      { recipient: "bob@example.com", state: "waiting", attempts: 1 },
    ]);
  });
});

function post(harness: TestHarness, path: string, body: object, headers: Record<string, string> = {}) {
  return harness.fetch(`/v1/auth/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  }) as unknown as Promise<Response>;
}

/** Registers Ada and lets the mail of that be over. */
async function settleIn(harness: TestHarness, worker: WorkerHandle<Bindings>): Promise<void> {
  await post(harness, "register", ADA);
  await until(async () => (await states(worker)).includes("delivered"));
  const { DB } = await worker.getEnv();
  await DB.prepare("DELETE FROM outbox").run();
}

async function changePassword(harness: TestHarness): Promise<Response> {
  const login = await post(harness, "login", { email: ADA.email, password: ADA.password });
  const { access_token } = (await login.json()) as { access_token: string };
  const change = { current_password: ADA.password, new_password: "another horse battery" };
  return post(harness, "change-password", change, {
    Authorization: `Bearer ${access_token}`,
    "Accept-Language": "es-MX",
  });
}

async function states(worker: WorkerHandle<Bindings>): Promise<string[]> {
  const { DB } = await worker.getEnv();
  const { results } = await DB.prepare("SELECT state FROM outbox ORDER BY state").all<{ state: string }>();
  return results.map(({ state }) => state);
}

async function insert(
  DB: D1Database,
  { id, channel, to, text }: { id: string; channel: string; to: string; text: string },
): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  const subject = channel === "email" ? text : null;
  await DB.prepare(
    `INSERT INTO outbox (id, channel, recipient, subject, text, html, created_at, give_up_at, state, attempts, next_attempt_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?)`,
  )
    .bind(id, channel, to, subject, text, subject, now, now + 86_400, now)
    .run();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await condition()); ) {
    if (Date.now() > end) throw new Error("it never came true");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
