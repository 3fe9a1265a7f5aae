import type { Limit } from "./limit.ts";

export const LIMIT_NAMES = [
  "login:account",
  "login:ip",
  "register:ip",
  "mfa:guess",
  "key",
  "otp:send",
  "otp:guess",
  "send:ip",
  "recover:recipient",
  "exist:ip",
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** What the operator decides, parsed and checked once (`env.ts`). */
export interface Settings {
  readonly environment: "development" | "production";
  /** `iss` of every token and the start of every link, without a trailing slash */
  readonly issuer: string;
  /** `aud` of access tokens */
  readonly audience: string;
  readonly accessTokenTtlSeconds: number;
  readonly sessionTtlSeconds: number;
  readonly companyAccessTokenTtlSeconds: number;
  readonly companyRefreshTokenTtlSeconds: number;
  /** how long a signing key signs */
  readonly signingKeyRotationSeconds: number;
  /** how long the refresh token before the current one still gets its successor */
  readonly refreshGraceSeconds: number;
  /** an account whose address nobody has proven may not log in */
  readonly requireVerifiedEmail: boolean;
  /** lifetime of one-time codes */
  readonly otpTtlSeconds: number;
  readonly passwordMinLength: number;
  /** chained PBKDF2 calls of 100,000 iterations each */
  readonly passwordHashRounds: number;
  readonly corsOrigins: readonly string[];
  /** where `?return_to=` of the hosted pages may lead, besides to ourselves */
  readonly returnToOrigins: readonly string[];
  readonly limits: Readonly<Record<LimitName, Limit>>;
}
