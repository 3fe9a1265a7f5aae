import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/adapters/d1.ts";
import { outboxInsert } from "../../src/adapters/d1-outbox.ts";
import { deliver, mailTo, smsTo } from "../../src/domain/delivery.ts";
import type { OutboxMessage } from "../../src/domain/outbox.ts";
import { emptyStorage, startWorld, type World } from "../world.ts";

const BROWSER = { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

async function written(message: OutboxMessage): Promise<OutboxMessage> {
  await outboxInsert(openDatabase(world.bindings.DB), message);
  await deliver(world.core, message.id);
  return message;
}

const mail = (to: string) =>
  mailTo(world.core, {
    to,
    language: "en",
    mail: { kind: "verify_email", token: "dG9rZW4", lifetimeSeconds: 86_400 },
  });
const sms = (to: string) =>
  smsTo(world.core, { to, language: "en", sms: { kind: "sms_code", code: "482913", lifetimeSeconds: 300 } });

describe("/dev/outbox", () => {
  it("shows what was written, the newest first", async () => {
    const first = await written(mail("ada@example.com"));
    world.clock.advance(61);
    const second = await written(sms("+15557122661"));
    const answer = await world.ask("/dev/outbox");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.json).toEqual({
      messages: [
        {
          channel: "sms",
          to: "+15557122661",
          subject: null,
          text: second.text,
          html: null,
          created_at: "2026-01-01T00:01:01Z",
        },
        {
          channel: "email",
          to: "ada@example.com",
          subject: first.subject,
          text: first.text,
          html: first.html,
          created_at: "2026-01-01T00:00:00Z",
        },
      ],
    });
  });

  it.each([
    ["ada@example.com", ["ada@example.com"]],
    ["ADA@Example.com", ["ada@example.com"]],
    ["%2B15557122661", ["+15557122661"]],
    ["+15557122661", ["+15557122661"]],
    ["nobody@example.com", []],
    ["", ["+15557122661", "bob@example.com", "ada@example.com"]],
  ])("?to=%s shows that recipient's", async (to, expected) => {
    for (const message of [mail("ada@example.com"), mail("bob@example.com"), sms("+15557122661")])
      await written(message);
    const { json } = await world.ask(`/dev/outbox?to=${to}`);
    expect(json.messages.map((message: { to: string }) => message.to)).toEqual(expected);
  });

  it("is a page for browsers, with links to follow and nothing that runs", async () => {
    await written(mail("ada@example.com"));
    const { text, headers } = await world.ask("/dev/outbox", { headers: BROWSER });
    expect(headers.get("Content-Type")).toMatch(/^text\/html/);
    expect(headers.get("Content-Security-Policy")).toMatch(/^default-src 'none';(?!.*script)/);
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(text).toMatch(/^<!doctype html>\s*<html lang="en">/);
    const link = "http://localhost:8787/verify-email?token=dG9rZW4";
    expect(text).toContain(`<a href="${link}">${link}</a>`);
    expect(text).toContain(
      '<iframe title="Confirm your email address" sandbox="allow-top-navigation-by-user-activation"',
    );
    expect(text).not.toMatch(/<script|\son\w+=/);
  });

  it("shows markup in a message as text", async () => {
    const evil = `"><script>alert(1)</script>`;
    const html = `<head></head><p>${evil}</p>`;
    await written({
      ...mail("ada@example.com"),
      subject: evil,
      text: `${evil}\nhttps://x.example/"onclick="alert(1)\n`,
      html,
    });
    const { text } = await world.ask(`/dev/outbox?to=${encodeURIComponent("ada@example.com")}`, { headers: BROWSER });
    expect(text).not.toContain("<script");
    expect(text).not.toMatch(/<a [^>]*onclick="/);
    const other = await world.ask(`/dev/outbox?to=${encodeURIComponent(evil)}`, { headers: BROWSER });
    expect(other.text).not.toContain("<script");
    expect(other.text).toContain("No messages.");
  });

  it("doesn't exist in production, whatever is asked for", async () => {
    world = startWorld({
      ENVIRONMENT: "production",
      ISSUER: "https://auth.example.com",
      PASSWORD_HASH_ROUNDS: 6,
      EMAIL_PROVIDER: "none",
      SMS_PROVIDER: "none",
    });
    await outboxInsert(openDatabase(world.bindings.DB), mail("ada@example.com"));
    for (const headers of [{}, BROWSER]) {
      const answer = await world.ask("/dev/outbox?to=ada@example.com", { headers });
      expect(answer.status).toBe(404);
      expect(answer.json).toMatchObject({ code: "not_found" });
      expect(answer.text).not.toContain("dG9rZW4");
    }
  });
});
