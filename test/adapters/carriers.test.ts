import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { carriersFor } from "../../src/adapters/carriers.ts";
import type { OutboxMessage } from "../../src/domain/outbox.ts";
import type { Carrier } from "../../src/domain/ports/carrier.ts";
import { ResendStandIn, refusal } from "../standins/resend.ts";
import { TwilioStandIn, refusal as twilioRefusal } from "../standins/twilio.ts";

const EMAIL: OutboxMessage = {
  id: "msg_0123456789abcdefghijkl",
  channel: "email",
  to: "ada@example.com",
  subject: "Confirm your email address",
  text: "Confirm:\n\nhttps://auth.example.com/verify-email?token=c2VjcmV0\n",
  html: '<a href="https://auth.example.com/verify-email?token=c2VjcmV0">Confirm</a>',
  createdAt: 1_767_225_600,
  giveUpAt: 1_767_225_600 + 86_400,
};
const SMS: OutboxMessage = {
  ...EMAIL,
  channel: "sms",
  to: "+15557122661",
  subject: null,
  text: "482913 es tu código & más + 100%",
  html: null,
  giveUpAt: EMAIL.createdAt + 300,
};
/** What must never be in a log: the recipient, the text, the keys. */
const SECRETS = /ada@|5557122661|482913|c2VjcmV0|re_c1tp|1f2e3d4c/;

const NO_SMS = { kind: "none" } as const;
const FROM = { name: "", email: "auth@example.com" };
let resend: ResendStandIn;
let twilio: TwilioStandIn;

beforeEach(() => {
  resend = new ResendStandIn();
  twilio = new TwilioStandIn();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    return new URL(request.url).origin === "https://api.resend.com" ? resend.answer(request) : twilio.answer(request);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function resendCarrier({ apiKey = resend.apiKey, from = FROM } = {}): Carrier {
  return carriersFor({ email: { kind: "resend", from, apiKey, url: "https://api.resend.com" }, sms: NO_SMS }).email;
}

function twilioCarrier({ authToken = twilio.authToken, from = "+15005550006" } = {}): Carrier {
  const { accountSid } = twilio;
  const sms = { kind: "twilio", from, accountSid, authToken, url: "https://api.twilio.com" } as const;
  return carriersFor({ email: { kind: "none" }, sms }).sms;
}

/** The ten seconds that a provider has, over in a moment. */
function timeIsUpAtOnce(): void {
  vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
    expect(milliseconds).toBe(10_000);
    const controller = new AbortController();
    queueMicrotask(() => controller.abort(new DOMException("", "TimeoutError")));
    return controller.signal;
  });
}

describe("Resend", () => {
  it("is sent the message as its documentation states it", async () => {
    expect(await resendCarrier().carry(EMAIL)).toEqual({ kind: "delivered" });
    const { to, subject, text, html } = EMAIL;
    const headers = { "Auto-Submitted": "auto-generated" };
    expect([...resend.emails.keys()]).toEqual([EMAIL.id]);
    expect(resend.sent).toEqual([{ from: "auth@example.com", to: [to], subject, text, html, headers }]);
  });

  it("is told the sender's name where there is one", async () => {
    const from = { name: "Analytical Engines", email: "auth@example.com" };
    await resendCarrier({ from }).carry(EMAIL);
    expect(resend.sent[0]?.from).toBe("Analytical Engines <auth@example.com>");
  });

  it("is asked twice and sends once: the id of the message is its idempotency key", async () => {
    await resendCarrier().carry(EMAIL);
    expect(await resendCarrier().carry(EMAIL)).toEqual({ kind: "delivered" });
    expect([resend.requests, resend.sent.length]).toEqual([2, 1]);
  });

  it("is not believed when it says 200 without an id", async () => {
    resend.trouble = () => new Response("<html>a proxy's page</html>", { status: 200 });
    expect(await resendCarrier().carry(EMAIL)).toMatchObject({ kind: "failed", why: "200 without a name" });
  });

  it("refuses a wrong key, by name and without a word of the message", async () => {
    const carried = await resendCarrier({ apiKey: "re_wrong" }).carry(EMAIL);
    expect(carried).toEqual({ kind: "failed", why: "403 invalid_api_key", retryAfterSeconds: null });
  });

  it("is asked again within the same call while it is briefly too busy", async () => {
    resend.trouble = (request) => {
      if (resend.requests === 3) resend.trouble = null;
      return resend.requests === 3
        ? resend.accept(request)
        : refusal(429, "rate_limit_exceeded", { "Retry-After": "0" });
    };
    expect(await resendCarrier().carry(EMAIL)).toEqual({ kind: "delivered" });
    expect(resend.requests).toBe(3);
  });

  it("is not asked for ever while it is too busy", async () => {
    resend.trouble = () => refusal(429, "rate_limit_exceeded", { "Retry-After": "0" });
    expect(await resendCarrier().carry(EMAIL)).toMatchObject({ kind: "failed", why: "429 rate_limit_exceeded" });
    expect(resend.requests).toBe(5);
  });

  it("is left alone for as long as it asks", async () => {
    resend.trouble = () => refusal(429, "daily_quota_exceeded", { "Retry-After": "1800" });
    const carried = await resendCarrier().carry(EMAIL);
    expect(carried).toEqual({ kind: "failed", why: "429 daily_quota_exceeded", retryAfterSeconds: 1_800 });
    expect(resend.requests).toBe(1);
  });
});

describe("Twilio", () => {
  it("is sent the message as its documentation states it", async () => {
    expect(await twilioCarrier().carry(SMS)).toEqual({ kind: "delivered" });
    expect(twilio.sent).toEqual([{ To: SMS.to, From: "+15005550006", Body: SMS.text, ValidityPeriod: "300" }]);
  });

  it("is given a messaging service by its own field", async () => {
    const from = `MG${"0a".repeat(16)}`;
    await twilioCarrier({ from }).carry(SMS);
    expect(twilio.sent[0]).toMatchObject({ MessagingServiceSid: from });
    expect(twilio.sent[0]).not.toHaveProperty("From");
  });

  it("may keep a message for ten hours at most", async () => {
    await twilioCarrier().carry({ ...SMS, giveUpAt: SMS.createdAt + 86_400 });
    expect(twilio.sent[0]?.ValidityPeriod).toBe("36000");
  });

  it("refuses a wrong token, by code and without a word of the message", async () => {
    const carried = await twilioCarrier({ authToken: "wrong" }).carry(SMS);
    expect(carried).toEqual({ kind: "failed", why: "401 20003", retryAfterSeconds: null });
  });

  it("says why by code alone", async () => {
    twilio.trouble = () => twilioRefusal(400, 21211);
    expect(await twilioCarrier().carry(SMS)).toMatchObject({ kind: "failed", why: "400 21211" });
  });
});

describe.each([
  { name: "Resend", carrier: resendCarrier, message: EMAIL, standIn: () => resend },
  { name: "Twilio", carrier: twilioCarrier, message: SMS, standIn: () => twilio },
])("$name in trouble", ({ carrier, message, standIn }) => {
  it.each([
    ["500 with nonsense", () => new Response("\0 ada@example.com 482913 c2VjcmV0", { status: 500 })],
    ["a name that is a text", () => Response.json({ name: "ada@example.com", code: "482913" }, { status: 502 })],
    ["503 with an empty answer", () => new Response(null, { status: 503 })],
    ["null for an answer", () => Response.json(null, { status: 422 })],
  ])("%s is a failure that tells the log nothing", async (_, trouble) => {
    standIn().trouble = trouble;
    const carried = await carrier().carry(message);
    expect(carried).toMatchObject({ kind: "failed", why: expect.stringMatching(/^\d{3} without a name$/) });
    expect(JSON.stringify(carried)).not.toMatch(SECRETS);
    expect(standIn().requests).toBe(1);
  });

  it("a redirect, which would take the key elsewhere, is not followed", async () => {
    standIn().trouble = ({ redirect }) => {
      expect(redirect).toBe("manual");
      return Response.redirect("https://evil.example/", 307);
    };
    expect(await carrier().carry(message)).toMatchObject({ kind: "failed", why: "307 without a name" });
  });

  it("a lost connection is a failure that tells the log nothing", async () => {
    standIn().trouble = () => Promise.reject(new TypeError(`fetch failed: ${message.to} ${message.text}`));
    expect(await carrier().carry(message)).toEqual({
      kind: "failed",
      why: "no answer: TypeError",
      retryAfterSeconds: null,
    });
  });

  it("no answer within ten seconds is a failure", async () => {
    timeIsUpAtOnce();
    standIn().trouble = () => new Promise(() => undefined);
    expect(await carrier().carry(message)).toEqual({ kind: "failed", why: "timed out", retryAfterSeconds: null });
  });
});

describe("Cloudflare", () => {
  function carrier(send: SendEmail["send"], from = FROM): Carrier {
    const binding = { send } as SendEmail;
    return carriersFor({ email: { kind: "cloudflare", from, binding }, sms: NO_SMS }).email;
  }

  it("is handed the message as its documentation states it", async () => {
    const send = vi.fn(async () => ({ messageId: "<1@example.com>" }));
    expect(await carrier(send).carry(EMAIL)).toEqual({ kind: "delivered" });
    const { to, subject, text, html } = EMAIL;
    const headers = { "Auto-Submitted": "auto-generated" };
    expect(send.mock.calls).toEqual([[{ from: "auth@example.com", to, subject, text, html, headers }]]);
  });

  it("is told the sender's name where there is one", async () => {
    const send = vi.fn(async () => ({ messageId: "<1@example.com>" }));
    await carrier(send, { name: "Acme", email: "auth@example.com" }).carry(EMAIL);
    expect(send.mock.calls).toMatchObject([[{ from: { name: "Acme", email: "auth@example.com" } }]]);
  });

  it("says why by code alone", async () => {
    const error = Object.assign(new Error("ada@example.com is on the list"), { code: "E_RECIPIENT_SUPPRESSED" });
    const carried = await carrier(() => Promise.reject(error)).carry(EMAIL);
    expect(carried).toEqual({ kind: "failed", why: "E_RECIPIENT_SUPPRESSED", retryAfterSeconds: null });
  });

  it("fails like any other when it is down or hangs", async () => {
    expect(await carrier(() => Promise.reject(new Error(EMAIL.text))).carry(EMAIL)).toMatchObject({
      why: "without a code",
    });
    timeIsUpAtOnce();
    expect(await carrier(() => new Promise(() => undefined)).carry(EMAIL)).toMatchObject({ why: "timed out" });
  });
});

describe("without a provider", () => {
  it("outbox keeps and none drops, and nobody is asked", async () => {
    const kept = carriersFor({ email: { kind: "outbox" }, sms: { kind: "outbox" } });
    const dropped = carriersFor({ email: { kind: "none" }, sms: { kind: "none" } });
    expect([await kept.email.carry(EMAIL), await kept.sms.carry(SMS)]).toEqual([{ kind: "kept" }, { kind: "kept" }]);
    expect([await dropped.email.carry(EMAIL), await dropped.sms.carry(SMS)]).toEqual([
      { kind: "dropped" },
      { kind: "dropped" },
    ]);
    expect(resend.requests + twilio.requests).toBe(0);
  });
});
