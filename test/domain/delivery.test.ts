import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../src/adapters/d1.ts";
import { outboxInsert } from "../../src/adapters/d1-outbox.ts";
import { runCron } from "../../src/cron.ts";
import { backoffSeconds, deliver, deliverDue, mailTo, smsTo } from "../../src/domain/delivery.ts";
import type { OutboxMessage } from "../../src/domain/outbox.ts";
import { createApp } from "../../src/http/app.ts";
import { type Providers, standInForProviders } from "../standins/providers.ts";
import { refusal } from "../standins/resend.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const TOKEN = "c2VjcmV0LXRva2VuLW9mLWFkYQ";

let providers: Providers;
let world: World;
beforeEach(async () => {
  await emptyStorage();
  providers = standInForProviders();
  world = startWorld(providers.variables);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Another isolate on the same storage and clock. */
function otherIsolate(): World {
  const other = startWorld(providers.variables);
  other.clock.advance(world.clock.now() - other.clock.now());
  return other;
}

async function written(message: OutboxMessage): Promise<OutboxMessage> {
  await outboxInsert(openDatabase(world.bindings.DB), message);
  return message;
}

function mail(to = "ada@example.com", lifetimeSeconds = DAY): OutboxMessage {
  const what = { kind: "verify_email", token: TOKEN, lifetimeSeconds } as const;
  return mailTo(world.core, { to, language: "en", mail: what });
}

function sms(to = "+15557122661"): OutboxMessage {
  return smsTo(world.core, { to, language: "en", sms: { kind: "sms_code", code: "482913", lifetimeSeconds: 300 } });
}

async function row(id: string): Promise<Record<string, unknown> | null> {
  return world.bindings.DB.prepare("SELECT * FROM outbox WHERE id = ?").bind(id).first();
}

const down = () => refusal(503, "application_error");

describe("a message", () => {
  it("is delivered, and its text erased", async () => {
    const message = await written(mail());
    await deliver(world.core, message.id);
    expect(providers.resend.sent).toMatchObject([{ to: ["ada@example.com"], text: message.text, html: message.html }]);
    expect(await row(message.id)).toMatchObject({ state: "delivered", subject: null, text: null, html: null });
  });

  it("goes the way of its channel", async () => {
    const message = await written(sms());
    await deliver(world.core, message.id);
    expect(providers.twilio.sent).toMatchObject([{ To: "+15557122661", Body: message.text }]);
    expect(providers.resend.requests).toBe(0);
  });

  it("is sent once by any number of isolates at the same time", async () => {
    const message = await written(sms());
    const isolates = [world, otherIsolate(), otherIsolate(), otherIsolate()];
    await Promise.all([
      ...isolates.map(({ core }) => deliver(core, message.id)),
      ...isolates.map(({ core }) => runCron(core)),
    ]);
    expect(providers.twilio.sent).toHaveLength(1);
    expect(providers.twilio.requests).toBe(1);
  });

  it("that was delivered is not sent again, whoever asks", async () => {
    const message = await written(sms());
    await deliver(world.core, message.id);
    world.clock.advance(120);
    await deliver(world.core, message.id);
    await runCron(world.core);
    expect(providers.twilio.requests).toBe(1);
  });

  it("whose isolate died while it was sent is tried by another once the lease is over", async () => {
    const message = await written(mail());
    const now = world.clock.now();
    await world.core.outbox.claim({ id: message.id, now, leaseSeconds: 60 });
    world.clock.advance(59);
    await runCron(world.core);
    expect(providers.resend.requests).toBe(0);
    world.clock.advance(1);
    await runCron(world.core);
    expect(providers.resend.sent).toHaveLength(1);
  });

  it("that the provider took while its answer was lost arrives once", async () => {
    const message = await written(mail());
    providers.resend.trouble = async (request) => {
      await providers.resend.accept(request);
      throw new TypeError("connection lost");
    };
    await deliver(world.core, message.id);
    providers.resend.trouble = null;
    world.clock.advance(60);
    await runCron(world.core);
    expect(providers.resend.requests).toBe(2);
    expect(providers.resend.sent).toHaveLength(1);
    expect(await row(message.id)).toMatchObject({ state: "delivered", text: null });
  });

  it("that a slow isolate fails to send stays delivered by the other", async () => {
    const message = await written(mail());
    const claimed = await world.core.outbox.claim({ id: message.id, now: world.clock.now(), leaseSeconds: 60 });
    world.clock.advance(60);
    await runCron(world.core);
    const attempt = claimed?.attempt ?? 0;
    await world.core.outbox.settle(message.id, { kind: "failed", attempt, nextAttemptAt: 0 });
    await runCron(world.core);
    expect(providers.resend.requests).toBe(1);
    expect(await row(message.id)).toMatchObject({ state: "delivered" });
  });
});

describe("a provider that is down", () => {
  it("is asked ten times, and then the mail arrives, once", async () => {
    providers.resend.trouble = down;
    const message = await written(mail());
    await deliver(world.core, message.id);
    const waits: number[] = [];
    while (providers.resend.requests < 10) {
      const before = providers.resend.requests;
      let minutes = 0;
      while (providers.resend.requests === before && minutes < 90) {
        world.clock.advance(60);
        minutes++;
        await runCron(world.core);
      }
      waits.push(minutes);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    providers.resend.trouble = null;
    for (let minute = 0; minute < 61; minute++) {
      world.clock.advance(60);
      await runCron(world.core);
    }
    expect(providers.resend.sent).toHaveLength(1);
    expect(providers.resend.requests).toBe(11);
    expect(await row(message.id)).toMatchObject({ state: "delivered", attempts: 11, text: null });
  });

  it("is given up after a day: the text is erased and the log says so", async () => {
    providers.resend.trouble = down;
    const message = await written(mail("ada@example.com", 7 * DAY));
    for (let minute = 0; minute <= 25 * 60; minute += 30) {
      await runCron(world.core);
      world.clock.advance(1_800);
    }
    expect(await row(message.id)).toMatchObject({ state: "given_up", text: null, subject: null, html: null });
    expect(world.log.lines.filter((line) => line.includes("delivery.given_up"))).toEqual([
      expect.stringContaining(`"id":"${message.id}","channel":"email","attempts":`),
    ]);
    const { requests } = providers.resend;
    expect(requests).toBeGreaterThan(20);
    world.clock.advance(DAY);
    await runCron(world.core);
    expect(providers.resend.requests).toBe(requests);
  });

  it("is not asked to send a code that is no longer good", async () => {
    providers.twilio.trouble = down;
    const message = await written(sms());
    await deliver(world.core, message.id);
    providers.twilio.trouble = null;
    world.clock.advance(300);
    await runCron(world.core);
    expect(providers.twilio.requests).toBe(1);
    expect(await row(message.id)).toMatchObject({ state: "given_up", text: null });
  });

  it("is left alone for as long as it asks, but not beyond the message's end", async () => {
    providers.resend.trouble = () => refusal(429, "daily_quota_exceeded", { "Retry-After": "7200" });
    const long = await written(mail());
    const short = await written(mail("bob@example.com", 1_800));
    await deliver(world.core, long.id);
    await deliver(world.core, short.id);
    expect(await row(long.id)).toMatchObject({ next_attempt_at: world.clock.now() + 7_200 });
    expect(await row(short.id)).toMatchObject({ next_attempt_at: short.giveUpAt });
  });

  it("for one channel doesn't hold up the other", async () => {
    providers.resend.trouble = () => Promise.reject(new TypeError("down"));
    for (let n = 0; n < 10; n++) await written(mail(`user${n}@example.com`));
    await written(sms());
    await runCron(world.core);
    expect(providers.twilio.sent).toHaveLength(1);
  });

  it("is asked for a few messages a minute only, and for all of them once it is back", async () => {
    providers.resend.trouble = down;
    for (let n = 0; n < 30; n++) await written(mail(`user${n}@example.com`));
    await runCron(world.core);
    expect(providers.resend.requests).toBe(4);
    providers.resend.trouble = null;
    world.clock.advance(60);
    await runCron(world.core);
    expect(providers.resend.sent).toHaveLength(30);
  });

  it("leaves no secret and no address in the log", async () => {
    const troubles = [down, () => Promise.reject(new Error(`${ADA.email} ${TOKEN} ${providers.resend.apiKey}`))];
    for (const trouble of troubles) {
      providers.resend.trouble = trouble;
      providers.twilio.trouble = trouble;
      await deliver(world.core, (await written(mail())).id);
      await deliver(world.core, (await written(sms())).id);
    }
    world.clock.advance(2 * DAY);
    await runCron(world.core);
    expect(world.log.lines.length).toBeGreaterThanOrEqual(8);
    const secrets = [ADA.email, TOKEN, "15557122661", "482913", ...Object.values(providers.variables)];
    for (const secret of secrets) expect(world.log.lines.join("\n")).not.toContain(secret);
  });
});

describe("the answer to a request", () => {
  const NEW_PASSWORD = "another horse battery";

  /** Ada, who has read the mail of her registration. */
  async function settledIn(): Promise<string> {
    await register(world);
    providers.resend.forget();
    return logIn(world);
  }

  async function changePassword(token: string, language: string): Promise<number> {
    const json = { current_password: ADA.password, new_password: NEW_PASSWORD };
    const headers = { "Accept-Language": language };
    return (await world.ask("/v1/auth/change-password", { token, json, headers })).status;
  }

  it("doesn't wait for the provider", async () => {
    const token = await settledIn();
    let release = (_: Response) => {};
    const held = new Promise<Response>((resolve) => {
      release = resolve;
    });
    providers.resend.trouble = () => held;
    const ctx = createExecutionContext();
    const answer = await createApp().request(
      "/v1/auth/change-password",
      {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ current_password: ADA.password, new_password: NEW_PASSWORD }),
      },
      world.core,
      ctx,
    );
    expect(answer.status).toBe(200);
    // neither taken nor timed out: the try is still going on
    expect(providers.resend.sent).toHaveLength(0);
    expect(world.log.lines.join()).not.toContain("delivery.failed");
    release(down());
    await waitOnExecutionContext(ctx);
  });

  it("is the same when the provider is down, and the notice of the new password comes later, in the caller's language", async () => {
    const token = await settledIn();
    providers.resend.trouble = down;
    expect(await changePassword(token, "pt-BR")).toBe(200);
    providers.resend.trouble = null;
    world.clock.advance(60);
    await runCron(world.core);
    expect(providers.resend.sent).toMatchObject([{ to: [ADA.email], subject: "Sua senha foi alterada" }]);
  });

  it("that refuses the change leaves no notice", async () => {
    const token = await settledIn();
    const json = { current_password: "not the password", new_password: NEW_PASSWORD };
    expect((await world.ask("/v1/auth/change-password", { token, json })).status).toBe(401);
    await runCron(world.core);
    expect(providers.resend.requests).toBe(0);
  });

  it("of two changes at once: one wins, and one notice is sent", async () => {
    const token = await settledIn();
    const change = (password: string) =>
      world.ask("/v1/auth/change-password", {
        token,
        json: { current_password: ADA.password, new_password: password },
      });
    const answers = await Promise.all([change(NEW_PASSWORD), change("one more horse battery")]);
    await runCron(world.core);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(providers.resend.sent).toHaveLength(1);
  });
});

describe("cron", () => {
  it("a step that fails is told in the log and keeps no other from running", async () => {
    await written(sms());
    const outbox = { ...world.core.outbox, giveUp: () => Promise.reject(new Error(TOKEN)) };
    await runCron({ ...world.core, outbox });
    expect(providers.twilio.sent).toHaveLength(1);
    expect(world.log.lines).toEqual([expect.stringMatching(/"cron\.failed","step":"give_up_messages"/)]);
    expect(world.log.lines.join()).not.toContain(TOKEN);
  });

  it("hands over the most overdue first", async () => {
    await written(mail("first@example.com"));
    world.clock.advance(30);
    await written(mail("second@example.com"));
    await deliverDue(world.core, "email");
    expect(providers.resend.sent.map(({ to }) => to[0])).toEqual(["first@example.com", "second@example.com"]);
  });

  it("does a bounded piece of work", async () => {
    const db = openDatabase(world.bindings.DB);
    const [first, ...rest] = Array.from({ length: 130 }, (_, n) => outboxInsert(db, mail(`user${n}@example.com`)));
    if (first !== undefined) await db.batch([first, ...rest]);
    await runCron(world.core);
    expect(providers.resend.sent).toHaveLength(120);
    await runCron(world.core);
    expect(providers.resend.sent).toHaveLength(130);
  });

  it("forgets what was settled a month ago, and nothing else", async () => {
    const old = await written(mail());
    await deliver(world.core, old.id);
    world.clock.advance(30 * DAY);
    await runCron(world.core);
    expect(await row(old.id)).not.toBeNull();
    const fresh = await written(mail());
    await deliver(world.core, fresh.id);
    world.clock.advance(1);
    await runCron(world.core);
    expect([await row(old.id), (await row(fresh.id))?.state]).toEqual([null, "delivered"]);
  });
});

it("the waits between tries double from a minute up to an hour", () => {
  expect([1, 2, 3, 6, 7, 8, 40, 2_000].map(backoffSeconds)).toEqual([60, 120, 240, 1_920, 3_600, 3_600, 3_600, 3_600]);
});

describe("without a provider", () => {
  it("outbox: the text stays and nothing is sent, though cron runs", async () => {
    world = startWorld();
    const message = await written(mail());
    await deliver(world.core, message.id);
    world.clock.advance(2 * DAY);
    await runCron(world.core);
    expect(await row(message.id)).toMatchObject({ state: "kept", text: message.text });
    expect(fetch).not.toHaveBeenCalled();
  });

  it("none: the text is erased and nothing is sent", async () => {
    world = startWorld({ EMAIL_PROVIDER: "none", SMS_PROVIDER: "none" });
    const messages = [await written(mail()), await written(sms())];
    for (const { id } of messages) await deliver(world.core, id);
    for (const { id } of messages) expect(await row(id)).toMatchObject({ state: "dropped", text: null });
    expect(fetch).not.toHaveBeenCalled();
  });
});
