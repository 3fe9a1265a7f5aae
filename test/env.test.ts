import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LIMIT_NAMES } from "../src/domain/settings.ts";
import { configurationOf, type Env } from "../src/env.ts";
import worker from "../src/index.ts";
import { type Answered, emptyStorage, register, startWorld } from "./world.ts";

const KEY = `${"k".repeat(42)}A`;
const DEVELOPMENT = { ENVIRONMENT: "development", ISSUER: "http://localhost:8787", MASTER_KEYS: `1:${KEY}` };
const CARRIERS = { EMAIL_PROVIDER: "none", SMS_PROVIDER: "none" };
const PRODUCTION = { ISSUER: "https://auth.example.com", MASTER_KEYS: `1:${KEY}`, ...CARRIERS };

type Variables = Readonly<Record<string, unknown>>;
const configured = (variables: Variables) => configurationOf(variables as unknown as Env);
const settingsOf = (variables: Variables) => configured(variables).settings;

function refusalOf(variables: Variables): { message: string; why: string } {
  try {
    configured(variables);
  } catch (error) {
    expect(error).toMatchObject({ name: "AuthError", refusal: "misconfigured" });
    const { message, details } = error as { message: string; details: { message: string } };
    return { message: details.message, why: message };
  }
  throw new Error("not refused");
}

const COUNT = (least: number, most: number) => `must be a whole number from ${least} to ${most}`;
const KEY_FORM = "entry 1 is not <id>:<key>, such as 1:<base64url of 32 random bytes>";
const ISSUER_FORM = "must be an origin, such as https://auth.example.com";
const ORIGINS_FORM = "must be origins separated by commas, such as https://app.example.com,https://admin.example.com";
const LIMITS_FORM = `must be JSON such as {"login:ip": "1000/900"}: count/seconds; the names are ${LIMIT_NAMES.join(", ")}`;

const SENDER_FORM = "must be an address such as auth@example.com, or Example <auth@example.com>";
const TWILIO_FORM = "must be a number such as +15005550006, a sender id, or a messaging service (MG...)";

/** variable, a value that it may not have (CANARY marks what must not be repeated), what is said of it */
const BAD: readonly (readonly [name: string, value: unknown, words: string])[] = [
  ["ENVIRONMENT", "CANARY", "must be development or production"],
  ["ENVIRONMENT", "", "must be development or production"],
  ["ENVIRONMENT", "Production", "must be development or production"],
  ["ISSUER", undefined, "is missing"],
  ["ISSUER", "", ISSUER_FORM],
  ["ISSUER", 7, "must be text"],
  ["ISSUER", "CANARY.example.com", ISSUER_FORM],
  ["ISSUER", "http://CANARY.test/path", ISSUER_FORM],
  ["ISSUER", "http://user:CANARY@auth.test", ISSUER_FORM],
  ["ISSUER", "http://CANARY.test?x", ISSUER_FORM],
  ["ISSUER", "http://CANARY.TEST", ISSUER_FORM],
  ["ISSUER", "http://auth.test:80", ISSUER_FORM],
  ["ISSUER", "ftp://CANARY.test", ISSUER_FORM],
  ["ISSUER", "http://CANARY test", ISSUER_FORM],
  ["AUDIENCE", "", "must not be empty"],
  ["AUDIENCE", 424_242, "must be text"],
  ["MASTER_KEYS", undefined, "is missing: a secret such as 1:<base64url of 32 random bytes>"],
  ["MASTER_KEYS", { a: "CANARY" }, "must be text"],
  ["MASTER_KEYS", "", KEY_FORM],
  ["MASTER_KEYS", KEY, KEY_FORM],
  ["MASTER_KEYS", "0:CANARY", KEY_FORM],
  ["MASTER_KEYS", "1:CANARYCANARY", "entry 1 is shorter than 32 bytes"],
  ["MASTER_KEYS", "1:CANARY!", "entry 1 is neither base64url nor base64"],
  ["MASTER_KEYS", `1:${"A".repeat(43)}`, "entry 1 is one byte repeated, not a random key"],
  ["MASTER_KEYS", `1:${KEY},1:${KEY}`, "has one id twice"],
  ["MASTER_KEYS", `2:${KEY},CANARY`, "entry 2 is not <id>:<key>, such as 1:<base64url of 32 random bytes>"],
  ...["", " ", "CANARY", "1.5", "-1", "0", "86401", "0x10", "1e3", "3600s", true, null, {}, Number.NaN].map(
    (value) => ["ACCESS_TOKEN_TTL_SECONDS", value, COUNT(1, 86_400)] as const,
  ),
  ["SESSION_TTL_SECONDS", "0", COUNT(1, 31_536_000)],
  ["SESSION_TTL_SECONDS", "31536001", COUNT(1, 31_536_000)],
  ["SIGNING_KEY_ROTATION_DAYS", "0", COUNT(1, 365)],
  ["SIGNING_KEY_ROTATION_DAYS", "366", COUNT(1, 365)],
  ["REFRESH_GRACE_SECONDS", "-1", COUNT(0, 300)],
  ["REFRESH_GRACE_SECONDS", "301", COUNT(0, 300)],
  ["PASSWORD_MIN_LENGTH", "7", COUNT(8, 64)],
  ["PASSWORD_MIN_LENGTH", "65", COUNT(8, 64)],
  ["PASSWORD_HASH_ROUNDS", "0", COUNT(1, 32)],
  ["PASSWORD_HASH_ROUNDS", "33", COUNT(1, 32)],
  ...["*", "null", "CANARY", "https://CANARY.test/", "https://CANARY.test/path", "https://a.test,CANARY", "data:x"].map(
    (value) => ["CORS_ORIGINS", value, ORIGINS_FORM] as const,
  ),
  ["CORS_ORIGINS", 424_242, "must be text"],
  ["EMAIL_FROM", 424_242, "must be text"],
  ["TWILIO_FROM", 424_242, "must be text"],
  ["RESEND_API_KEY", { a: "CANARY" }, "must be text"],
  ...[
    ...["", "CANARY", "7", "null", "[]", '["1/1"]', '{"login:ip":"CANARY"}', '{"login:ip":7}', '{"CANARY":"1/1"}'],
    ...['{"login:ip":"0/60"}', '{"login:ip":"1/0"}', '{"login:ip":"1/-60"}', '{"login:ip":"1.5/60"}'],
    ...['{"login:ip":" 1/60"}', '{"login:ip":"10000000/60"}', { "login:ip": 7 }, { CANARY: "1/1" }, 424_242],
  ].map((value) => ["RATE_LIMITS", value, LIMITS_FORM] as const),
  ["EMAIL_PROVIDER", "CANARY", "must be outbox, resend, cloudflare or none"],
  ["EMAIL_PROVIDER", "", "must be outbox, resend, cloudflare or none"],
  ...["", "CANARY", "CANARY@localhost", "CANARY <a@example.com>, b@example.com", "CANARY\r\nBcc: b@example.com"].map(
    (value) => ["EMAIL_FROM", value, SENDER_FORM] as const,
  ),
  ["EMAIL_FROM", 424_242, "must be text"],
  ["RESEND_API_KEY", "", "must not be empty or hold white space"],
  ["RESEND_API_KEY", "CANARY\n", "must not be empty or hold white space"],
  ["RESEND_API_KEY", 424_242, "must be text"],
  ["RESEND_API_URL", "//CANARY", "must be a URL"],
  ["RESEND_API_URL", "http://CANARY.test/", "must be a URL"],
  ["SMS_PROVIDER", "CANARY", "must be outbox, twilio or none"],
  ["TWILIO_FROM", "155500550060000000000", TWILIO_FORM],
  ["TWILIO_FROM", "CANARY-CANARY", TWILIO_FORM],
  ["TWILIO_FROM", 424_242, "must be text"],
  ["TWILIO_ACCOUNT_SID", "CANARY", "must be AC and 32 hexadecimal digits"],
  ["TWILIO_AUTH_TOKEN", "CANARY ", "must not be empty or hold white space"],
  ["TWILIO_API_URL", "CANARY", "must be a URL"],
];

describe("a variable that can't be used", () => {
  it.each(BAD)("%s = %j is refused by name, in one sentence without its value", (name, value, words) => {
    for (const base of [DEVELOPMENT, PRODUCTION]) {
      const { message, why } = refusalOf({ ...base, [name]: value });
      expect(message).toBe(`Latchkey is not configured: ${name} ${words}`);
      expect(why).toBe(`${name} ${words}`);
    }
  });

  it.each(["ISSUER", "MASTER_KEYS"])("%s that isn't there at all is said to be missing", (name) => {
    const { [name]: _, ...rest } = { ...PRODUCTION } as Record<string, string>;
    expect(refusalOf(rest).why).toMatch(new RegExp(`^${name} is missing`));
  });

  it.each(BAD.filter(([, value]) => /CANARY|424242/.test(JSON.stringify(value) ?? "")))(
    "%s = %j isn't repeated",
    (name, value) => {
      const { message, why } = refusalOf({ ...DEVELOPMENT, [name]: value });
      for (const said of [message, why]) expect(said).not.toMatch(/CANARY|424242|424_242/);
    },
  );
});

describe("what is absent has its default", () => {
  it("in production, which is the default itself", () => {
    expect(configured(PRODUCTION)).toMatchObject({
      masterKeys: [{ id: 1, bytes: expect.any(Uint8Array) }],
      settings: {
        environment: "production",
        issuer: "https://auth.example.com",
        audience: "https://auth.example.com",
        accessTokenTtlSeconds: 3_600,
        sessionTtlSeconds: 2_592_000,
        signingKeyRotationSeconds: 2_592_000,
        refreshGraceSeconds: 30,
        passwordMinLength: 8,
        passwordHashRounds: 6,
        corsOrigins: [],
        returnToOrigins: [],
        limits: {
          "login:account": { name: "login:account", max: 10, windowSeconds: 900, lockAfter: 100 },
          "login:ip": { name: "login:ip", max: 100, windowSeconds: 900 },
          "register:ip": { name: "register:ip", max: 100, windowSeconds: 3_600 },
        },
      },
    });
  });
});

describe("what is given", () => {
  it("a number may be text or a number", () => {
    for (const value of ["600", 600]) {
      const given = { ...PRODUCTION, ACCESS_TOKEN_TTL_SECONDS: value };
      expect(settingsOf(given).accessTokenTtlSeconds).toBe(600);
    }
  });

  it("an issuer loses its trailing slashes, and its audience is another if that is given", () => {
    const given = { ...PRODUCTION, ISSUER: "https://auth.example.com:8443//", AUDIENCE: "api" };
    expect(settingsOf(given)).toMatchObject({ issuer: "https://auth.example.com:8443", audience: "api" });
  });

  it("of several master keys the first is the one that makes", () => {
    const { masterKeys } = configured({ ...PRODUCTION, MASTER_KEYS: `7:${"K".repeat(42)}A, 1:${KEY}` });
    expect(masterKeys.map(({ id }) => id)).toEqual([7, 1]);
  });

  it("RATE_LIMITS replaces the limits that it names, as text or as a table of wrangler.toml, and keeps the lock", () => {
    const rules = { "login:account": "20/60", "register:ip": "5/86400" };
    for (const value of [JSON.stringify(rules), rules]) {
      expect(settingsOf({ ...PRODUCTION, RATE_LIMITS: value }).limits).toMatchObject({
        "login:account": { name: "login:account", max: 20, windowSeconds: 60, lockAfter: 100 },
        "login:ip": { name: "login:ip", max: 100, windowSeconds: 900 },
        "register:ip": { name: "register:ip", max: 5, windowSeconds: 86_400 },
      });
    }
    expect(settingsOf({ ...PRODUCTION, RATE_LIMITS: "{}" })).toEqual(settingsOf(PRODUCTION));
  });

  it("CORS_ORIGINS is a list with commas, and may be empty", () => {
    const origins = (value: string) => settingsOf({ ...PRODUCTION, CORS_ORIGINS: value }).corsOrigins;
    expect(origins("https://a.test, http://localhost:3000,")).toEqual(["https://a.test", "http://localhost:3000"]);
    expect(origins("")).toEqual([]);
  });
});

describe("production is stricter", () => {
  it.each([
    ["ISSUER", "http://auth.example.com", "ISSUER must begin with https:// in production"],
    ["ACCESS_TOKEN_TTL_SECONDS", "59", "ACCESS_TOKEN_TTL_SECONDS must be at least 60 in production"],
    ["PASSWORD_HASH_ROUNDS", "5", "PASSWORD_HASH_ROUNDS must be at least 6 in production"],
  ])("%s = %s is for development alone", (name, value, why) => {
    expect(refusalOf({ ...PRODUCTION, [name]: value }).why).toBe(why);
    expect(() => configured({ ...DEVELOPMENT, [name]: value })).not.toThrow();
  });

  it("a development that is deployed is refused: its rules would hold for real accounts", () => {
    expect(refusalOf({ ...PRODUCTION, ENVIRONMENT: "development" }).why).toBe(
      "ENVIRONMENT is development, but ISSUER begins with https://: deploy with ENVIRONMENT production",
    );
  });
});

describe("through the Worker's own entry", () => {
  const lines: string[] = [];
  beforeEach(async () => {
    await emptyStorage();
    lines.length = 0;
    for (const level of ["info", "warn", "error", "log", "debug"] as const) {
      vi.spyOn(console, level).mockImplementation((...said) => void lines.push(said.map(String).join(" ")));
    }
  });
  afterEach(() => void vi.restoreAllMocks());

  async function ask(variables: Variables, path: string, init: RequestInit = {}): Promise<Omit<Answered, "json">> {
    const ctx = createExecutionContext();
    const request = new Request(`http://localhost:8787${path}`, init) as Parameters<typeof worker.fetch>[0];
    const bindings = Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === "object"));
    const response = await worker.fetch(request, { ...bindings, ...variables } as unknown as Env, ctx);
    await waitOnExecutionContext(ctx);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  it.each(["/v1/auth/login", "/login", "/healthz", "/.well-known/jwks.json", "/nothing"])(
    "%s is 503 while a variable is bad, with one line for the log and the headers of every answer",
    async (path) => {
      const method = path.endsWith("login") ? "POST" : "GET";
      const answer = await ask({ ...DEVELOPMENT, MASTER_KEYS: "1:CANARYCANARY" }, path, { method });
      const words = "MASTER_KEYS entry 1 is shorter than 32 bytes";
      expect(answer.status).toBe(503);
      expect(answer.text).toContain(`Latchkey is not configured: ${words}`);
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ level: "error", event: "refused", refusal: "misconfigured", why: words }),
      ]);
      expect(`${answer.text} ${lines}`).not.toContain("CANARY");
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(answer.headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(answer.headers.get("Strict-Transport-Security")).toMatch(/^max-age=\d{8}/);
      expect(answer.headers.get("X-Request-Id")).toMatch(/^req_/);
    },
  );

  it("a binding that is missing is said by name", async () => {
    for (const name of ["DB", "KV", "LIMITER", "KEY_QUOTA"]) {
      lines.length = 0;
      const answer = await ask({ ...DEVELOPMENT, [name]: undefined }, "/healthz");
      expect(answer.status).toBe(503);
      expect(answer.text).toContain(`Latchkey is not configured: ${name} is missing`);
    }
  });

  it("with good ones it answers, and its log is JSON lines", async () => {
    expect((await ask(DEVELOPMENT, "/healthz")).status).toBe(200);
    expect((await ask(DEVELOPMENT, "/v1/auth/me")).status).toBe(401);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: "info", event: "refused", refusal: "unauthenticated", status: 401 }),
    ]);
  });
});

describe("CORS_ORIGINS", () => {
  const APP = "https://app.example.com";
  beforeEach(emptyStorage);
  const world = () => startWorld({ CORS_ORIGINS: `${APP},http://localhost:3000` });

  it("an origin of the list may read the answer and its headers, good or refused", async () => {
    const open = world();
    await register(open);
    for (const path of ["/.well-known/jwks.json", "/v1/auth/me", "/nothing"]) {
      const { headers } = await open.ask(path, { headers: { Origin: APP } });
      expect(headers.get("Access-Control-Allow-Origin")).toBe(APP);
      expect(headers.get("Vary")).toContain("Origin");
      expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
      const exposed = headers.get("Access-Control-Expose-Headers")?.split(",");
      expect(exposed).toEqual(expect.arrayContaining(["RateLimit", "Retry-After", "WWW-Authenticate", "X-Request-Id"]));
    }
  });

  it.each([
    "https://evil.example",
    "https://app.example.com.evil.example",
    "http://app.example.com",
    "null",
    APP.toUpperCase(),
  ])("%s may not", async (origin) => {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers } = await world().ask("/v1/auth/me", { method, headers: { Origin: origin } });
      expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
  });

  it("a preflight says which methods and headers may be sent, and may be kept for ten minutes", async () => {
    const { status, headers, text } = await world().ask("/v1/auth/me", {
      method: "OPTIONS",
      headers: {
        Origin: APP,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization",
      },
    });
    expect([status, text]).toEqual([204, ""]);
    expect(headers.get("Access-Control-Allow-Origin")).toBe(APP);
    expect(headers.get("Access-Control-Allow-Methods")).toBe("GET,POST,PATCH,DELETE");
    expect(headers.get("Access-Control-Allow-Headers")?.split(",")).toEqual(
      expect.arrayContaining(["Authorization", "Content-Type"]),
    );
    expect(headers.get("Access-Control-Max-Age")).toBe("600");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  it("without it no origin may read anything", async () => {
    const { headers } = await startWorld().ask("/.well-known/jwks.json", { headers: { Origin: APP } });
    expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
  });
});
