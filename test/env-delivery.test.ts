import { describe, expect, it } from "vitest";
import { AuthError } from "../src/domain/error.ts";
import { configurationOf, type Env } from "../src/env.ts";
import type { Providers } from "../src/env-delivery.ts";

const DEVELOPMENT = {
  ENVIRONMENT: "development",
  ISSUER: "http://localhost:8787",
  MASTER_KEYS: `1:${"k".repeat(42)}A`,
};
const PRODUCTION = {
  ...DEVELOPMENT,
  ENVIRONMENT: "production",
  ISSUER: "https://auth.example.com",
  EMAIL_PROVIDER: "none",
  SMS_PROVIDER: "none",
};
const RESEND = { EMAIL_PROVIDER: "resend", EMAIL_FROM: "auth@example.com", RESEND_API_KEY: "re_secret" };
const TWILIO = {
  SMS_PROVIDER: "twilio",
  TWILIO_FROM: "+15005550006",
  TWILIO_ACCOUNT_SID: `AC${"0a".repeat(16)}`,
  TWILIO_AUTH_TOKEN: "sms-secret",
};

function providers(variables: Record<string, unknown>): Providers {
  return configurationOf(variables as unknown as Env).providers;
}

function problem(variables: Record<string, unknown>): string {
  try {
    providers(variables);
  } catch (error) {
    if (error instanceof AuthError && error.refusal === "misconfigured") return error.message;
  }
  return "none";
}

describe("the providers", () => {
  it("in development are the outbox, unless one is named", () => {
    expect(providers(DEVELOPMENT)).toEqual({ email: { kind: "outbox" }, sms: { kind: "outbox" } });
    expect(providers({ ...DEVELOPMENT, EMAIL_PROVIDER: "none" }).email).toEqual({ kind: "none" });
  });

  it("in production have to be named, and may be none", () => {
    expect(providers(PRODUCTION)).toEqual({ email: { kind: "none" }, sms: { kind: "none" } });
    const { EMAIL_PROVIDER: _email, ...noEmail } = PRODUCTION;
    expect(problem(noEmail)).toBe("EMAIL_PROVIDER must be resend, cloudflare or none in production");
    const { SMS_PROVIDER: _sms, ...noSms } = PRODUCTION;
    expect(problem(noSms)).toBe("SMS_PROVIDER must be twilio or none in production");
  });

  it("in production are never the outbox", () => {
    expect(problem({ ...PRODUCTION, EMAIL_PROVIDER: "outbox" })).toMatch(/^EMAIL_PROVIDER must be/);
    expect(problem({ ...PRODUCTION, SMS_PROVIDER: "outbox" })).toMatch(/^SMS_PROVIDER must be/);
  });

  it("are reached where they are, and elsewhere in development only", () => {
    const production = providers({ ...PRODUCTION, ...RESEND, ...TWILIO });
    expect(production).toMatchObject({
      email: { kind: "resend", url: "https://api.resend.com" },
      sms: { kind: "twilio", url: "https://api.twilio.com" },
    });
    const elsewhere = { RESEND_API_URL: "http://127.0.0.1:9001", TWILIO_API_URL: "http://127.0.0.1:9002" };
    expect(providers({ ...DEVELOPMENT, ...RESEND, ...TWILIO, ...elsewhere })).toMatchObject({
      email: { url: "http://127.0.0.1:9001" },
      sms: { url: "http://127.0.0.1:9002" },
    });
    for (const [name, url] of Object.entries(elsewhere)) {
      expect(problem({ ...PRODUCTION, ...RESEND, ...TWILIO, [name]: url })).toBe(`${name} is for development only`);
    }
  });

  it.each(["EMAIL_FROM", "RESEND_API_KEY"])("resend without %s is refused", (name) => {
    expect(problem({ ...PRODUCTION, ...RESEND, [name]: undefined })).toBe(`${name} is missing`);
  });

  it.each(["TWILIO_FROM", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])("twilio without %s is refused", (name) => {
    expect(problem({ ...PRODUCTION, ...TWILIO, [name]: undefined })).toBe(`${name} is missing`);
  });

  it("cloudflare without its binding is refused", () => {
    const variables = { ...PRODUCTION, EMAIL_PROVIDER: "cloudflare", EMAIL_FROM: "auth@example.com" };
    expect(problem(variables)).toBe("the send_email binding EMAIL is missing");
    const EMAIL = { send: async () => ({ messageId: "" }) };
    expect(providers({ ...variables, EMAIL }).email).toMatchObject({ kind: "cloudflare", binding: EMAIL });
  });
});

describe("EMAIL_FROM", () => {
  const from = (EMAIL_FROM: string) => {
    const { email } = providers({ ...DEVELOPMENT, ...RESEND, EMAIL_FROM });
    return email.kind === "resend" ? email.from : null;
  };

  it.each([
    ["auth@example.com", { name: "", email: "auth@example.com" }],
    ["Auth@Example.COM", { name: "", email: "auth@example.com" }],
    ["Acme <auth@example.com>", { name: "Acme", email: "auth@example.com" }],
    ["Analytical Engines  <auth@example.com>", { name: "Analytical Engines", email: "auth@example.com" }],
    ["Ação & Cia. <auth@example.com>", { name: "Ação & Cia.", email: "auth@example.com" }],
  ])("%s", (text, sender) => {
    expect(from(text)).toEqual(sender);
  });

  it.each([
    "",
    "Acme",
    "auth@localhost",
    "Acme <auth@example.com>, bob@example.com",
    'Acme "x" <auth@example.com>',
    "Acme, Inc. <auth@example.com>",
    "Acme\r\nBcc: bob@example.com <auth@example.com>",
    "evil@example.com <auth@example.com>",
    "<auth@example.com>",
  ])("%j is refused", (text) => {
    expect(() => from(text)).toThrow("EMAIL_FROM must be an address");
  });

  it("is quick about a name of any length", () => {
    const began = performance.now();
    expect(() => from(`${" a".repeat(50_000)}`)).toThrow("EMAIL_FROM must be an address");
    expect(performance.now() - began).toBeLessThan(100);
  });
});
