import * as v from "valibot";
import type { TurnstileSettings } from "./adapters/captcha-turnstile.ts";
import type { CodeLedger } from "./adapters/do-code-ledger.ts";
import type { KeyQuota } from "./adapters/do-key-quota.ts";
import type { Limiter } from "./adapters/do-limiter.ts";
import { DEFAULT_ROUNDS, MAX_ROUNDS } from "./crypto/password-hash.ts";
import { type MasterKeys, MasterKeysInvalid, parseMasterKeys } from "./crypto/seal.ts";
import { misconfigured } from "./domain/error.ts";
import type { Limit } from "./domain/limit.ts";
import { LIMIT_NAMES, type LimitName, type Settings } from "./domain/settings.ts";
import { DELIVERY_VARIABLES, deliveryProblem, type Providers, providersOf } from "./env-delivery.ts";
import { GOOGLE_VARIABLES, type GoogleSettings, googleProblem, googleSettingsOf } from "./env-google.ts";

/** Bindings and variables as wrangler gives them. This file alone reads the variables. */
export interface Env {
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly LIMITER: DurableObjectNamespace<Limiter>;
  readonly KEY_QUOTA: DurableObjectNamespace<KeyQuota>;
  /** only with `EMAIL_PROVIDER` cloudflare */
  readonly EMAIL?: SendEmail;
  readonly CODES: DurableObjectNamespace<CodeLedger>;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;

const DEFAULT_LIMITS: Readonly<Record<LimitName, Limit>> = {
  // NIST SP 800-63B-4 §3.2.2: at most 100 failures in a row
  "login:account": { name: "login:account", max: 10, windowSeconds: 15 * 60, lockAfter: 100 },
  "login:ip": { name: "login:ip", max: 100, windowSeconds: 15 * 60 },
  "register:ip": { name: "register:ip", max: 100, windowSeconds: HOUR },
  "mfa:guess": { name: "mfa:guess", max: 5, windowSeconds: 15 * 60 },
  // of an API key that was made without a limit of its own; the window is everyone's
  key: { name: "key", max: 1_000, windowSeconds: HOUR },
  "otp:send": { name: "otp:send", max: 5, windowSeconds: 15 * 60 },
  "otp:guess": { name: "otp:guess", max: 5, windowSeconds: 15 * 60 },
  "recover:recipient": { name: "recover:recipient", max: 5, windowSeconds: HOUR },
  "exist:ip": { name: "exist:ip", max: 60, windowSeconds: 5 * 60 },
  "send:ip": { name: "send:ip", max: 30, windowSeconds: 15 * 60 },
};

/** A whole number: variables are text, but wrangler's `[vars]` may give a number too. */
function wholeNumber(least: number, most: number) {
  return v.pipe(
    v.unknown(),
    v.transform((value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value)),
    v.custom<number>(
      (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
      `must be a whole number from ${least} to ${most}`,
    ),
  );
}

/** In the one spelling that every parser of URLs gives it back in: `iss` is compared character by character. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
const Flag = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false"], "must be true or false")]),
  v.transform((value) => value === true || value === "true"),
);

const Issuer = v.pipe(
  v.string(),
  v.transform((issuer) => issuer.replace(/\/+$/, "")),
  v.check(
    (issuer) => /^https?:/.test(issuer) && isOrigin(issuer),
    "must be an origin, such as https://auth.example.com",
  ),
);

const Origins = v.pipe(
  v.string(),
  v.transform((list) =>
    list
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
  ),
  v.check(
    (origins) => origins.every(isOrigin),
    "must be origins separated by commas, such as https://app.example.com,https://admin.example.com",
  ),
);

const Limits = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const limits = parseLimits(dataset.value);
    if (limits !== null) return limits;
    const names = LIMIT_NAMES.join(", ");
    addIssue({ message: `must be JSON such as {"login:ip": "1000/900"}: count/seconds; the names are ${names}` });
    return NEVER;
  }),
);

/** The defaults with what the text overrides; null when it is no such text. */
function parseLimits(value: unknown): Record<LimitName, Limit> | null {
  const limits = { ...DEFAULT_LIMITS };
  try {
    const overrides: unknown = typeof value === "string" ? JSON.parse(value) : value;
    if (Array.isArray(overrides)) return null;
    for (const [name, rule] of Object.entries(v.parse(v.record(v.string(), v.string()), overrides))) {
      const known = LIMIT_NAMES.find((limit) => limit === name);
      const [, max, windowSeconds] = /^([1-9]\d{0,6})\/([1-9]\d{0,6})$/.exec(rule) ?? [];
      if (known === undefined || max === undefined) return null;
      limits[known] = { ...limits[known], max: Number(max), windowSeconds: Number(windowSeconds) };
    }
  } catch {
    return null;
  }
  return limits;
}

const Keys = v.pipe(
  v.string(({ input }) =>
    input === undefined ? "is missing: a secret such as 1:<base64url of 32 random bytes>" : "must be text",
  ),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parseMasterKeys(dataset.value);
    } catch (error) {
      if (!(error instanceof MasterKeysInvalid)) throw error;
      addIssue({ message: error.message.replace(/^MASTER_KEYS:? /, "") });
      return NEVER;
    }
  }),
);

const TURNSTILE_VERIFY_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify";

const Variables = v.object({
  ENVIRONMENT: v.optional(v.picklist(["development", "production"], "must be development or production"), "production"),
  ISSUER: Issuer,
  AUDIENCE: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  MASTER_KEYS: Keys,
  ACCESS_TOKEN_TTL_SECONDS: v.optional(wholeNumber(1, DAY), HOUR),
  SESSION_TTL_SECONDS: v.optional(wholeNumber(1, 365 * DAY), 30 * DAY),
  COMPANY_ACCESS_TOKEN_TTL_SECONDS: v.optional(wholeNumber(1, DAY), DAY),
  COMPANY_REFRESH_TOKEN_TTL_SECONDS: v.optional(wholeNumber(1, 3_650 * DAY), 360 * DAY),
  SIGNING_KEY_ROTATION_DAYS: v.optional(wholeNumber(1, 365), 30),
  REFRESH_GRACE_SECONDS: v.optional(wholeNumber(0, 300), 30),
  OTP_TTL_SECONDS: v.optional(wholeNumber(30, HOUR), 300),
  PASSWORD_MIN_LENGTH: v.optional(wholeNumber(8, 64), 8),
  PASSWORD_HASH_ROUNDS: v.optional(wholeNumber(1, MAX_ROUNDS), DEFAULT_ROUNDS),
  REQUIRE_VERIFIED_EMAIL: v.optional(Flag, false),
  TURNSTILE_SECRET: v.optional(v.string(), ""),
  TURNSTILE_VERIFY_URL: v.optional(v.pipe(v.string(), v.check(URL.canParse, "must be a URL"))),
  CORS_ORIGINS: v.optional(Origins, ""),
  RETURN_TO_ORIGINS: v.optional(Origins, ""),
  RATE_LIMITS: v.optional(Limits, {}),
  ...DELIVERY_VARIABLES,
  ...GOOGLE_VARIABLES,
});

export interface Configuration {
  readonly settings: Settings;
  readonly masterKeys: MasterKeys;
  readonly providers: Providers;
  /** null without a secret */
  readonly turnstile: TurnstileSettings | null;
  /** null without a client id */
  readonly google: GoogleSettings | null;
}

/** Where a schema has no words of its own: valibot's repeat the value. */
function wordsFor({ input, expected }: v.BaseIssue<unknown>): string {
  if (input === undefined) return "is missing";
  return expected === "string" ? "must be text" : "is not valid";
}

/** Throws `misconfigured` with one sentence that names the variable, never its value. */
export function configurationOf(env: Env): Configuration {
  const given = Object.keys(Variables.entries).map((name) => [name, Reflect.get(env, name)]);
  const parsed = v.safeParse(Variables, Object.fromEntries(given), { abortEarly: true, message: wordsFor });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw misconfigured(`${v.getDotPath(issue) ?? "the environment"} ${issue.message}`);
  }
  const vars = parsed.output;
  const problem = vars.ENVIRONMENT === "production" ? productionProblem(vars) : developmentProblem(vars);
  if (problem !== null) throw misconfigured(problem);
  return {
    masterKeys: vars.MASTER_KEYS,
    providers: providersOf(vars, env.EMAIL),
    turnstile:
      vars.TURNSTILE_SECRET === ""
        ? null
        : { secret: vars.TURNSTILE_SECRET, verifyUrl: vars.TURNSTILE_VERIFY_URL ?? TURNSTILE_VERIFY_URL },
    google: googleSettingsOf(vars),
    settings: {
      environment: vars.ENVIRONMENT,
      issuer: vars.ISSUER,
      audience: vars.AUDIENCE ?? vars.ISSUER,
      accessTokenTtlSeconds: vars.ACCESS_TOKEN_TTL_SECONDS,
      sessionTtlSeconds: vars.SESSION_TTL_SECONDS,
      companyAccessTokenTtlSeconds: vars.COMPANY_ACCESS_TOKEN_TTL_SECONDS,
      companyRefreshTokenTtlSeconds: vars.COMPANY_REFRESH_TOKEN_TTL_SECONDS,
      signingKeyRotationSeconds: vars.SIGNING_KEY_ROTATION_DAYS * DAY,
      refreshGraceSeconds: vars.REFRESH_GRACE_SECONDS,
      requireVerifiedEmail: vars.REQUIRE_VERIFIED_EMAIL,
      otpTtlSeconds: vars.OTP_TTL_SECONDS,
      passwordMinLength: vars.PASSWORD_MIN_LENGTH,
      passwordHashRounds: vars.PASSWORD_HASH_ROUNDS,
      corsOrigins: vars.CORS_ORIGINS,
      returnToOrigins: vars.RETURN_TO_ORIGINS,
      limits: vars.RATE_LIMITS,
    },
  };
}

/** Throws `misconfigured` when wrangler.toml lacks one that every Worker needs. */
export function checkBindings(env: Env): void {
  for (const name of ["DB", "KV", "LIMITER", "KEY_QUOTA", "CODES"] as const) {
    if (env[name] === undefined) throw misconfigured(`${name} is missing: a binding of wrangler.toml`);
  }
}

type ParsedVariables = v.InferOutput<typeof Variables>;

/** A minute: KV's shortest expiry, under which a revocation could be forgotten before the token is. */
const PRODUCTION_MIN_TTL_SECONDS = 60;

function productionProblem(vars: ParsedVariables): string | null {
  if (!vars.ISSUER.startsWith("https://")) return "ISSUER must begin with https:// in production";
  for (const name of ["ACCESS_TOKEN_TTL_SECONDS", "COMPANY_ACCESS_TOKEN_TTL_SECONDS"] as const) {
    if (vars[name] < PRODUCTION_MIN_TTL_SECONDS) {
      return `${name} must be at least ${PRODUCTION_MIN_TTL_SECONDS} in production`;
    }
  }
  if (vars.PASSWORD_HASH_ROUNDS < DEFAULT_ROUNDS) {
    return `PASSWORD_HASH_ROUNDS must be at least ${DEFAULT_ROUNDS} in production`;
  }
  if (vars.TURNSTILE_VERIFY_URL !== undefined) return "TURNSTILE_VERIFY_URL is for development only";
  return deliveryProblem(vars) ?? googleProblem(vars);
}

function developmentProblem(vars: ParsedVariables): string | null {
  const deployed = vars.ISSUER.startsWith("https://");
  return deployed
    ? "ENVIRONMENT is development, but ISSUER begins with https://: deploy with ENVIRONMENT production"
    : null;
}
