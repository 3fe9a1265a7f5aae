/** Every way in which Latchkey says no. Each dialect answers every one of them (its `errors.ts`), or `tsc` fails. */
export const REFUSALS = [
  "invalid_input", // a field is absent, of the wrong type or out of bounds; `field` names it
  "not_json", // the body is not JSON
  "unsupported_media_type", // the body is not declared as JSON
  "body_too_large",
  "not_found",
  "method_not_allowed",
  "unauthenticated", // no credential, or one that isn't good
  "wrong_credentials", // unknown account or wrong password: never told apart
  "wrong_password", // the current password that confirms a change
  "wrong_code", // a one-time code that is wrong, spent or over: never told apart
  "email_unverified", // the right password, but the operator asks for a proven address first
  "captcha_refused",
  "identity_refused", // Google's token is not good, or not for us
  "forbidden", // a good credential that may not do this
  "wrong_second_factor", // a code that is wrong or was spent
  "wrong_temp_token", // the login that was to be finished is unknown, finished or over
  "second_factor_on", // it is set up already: turn it off first
  "second_factor_off", // there is none to confirm, renew or turn off
  "email_taken",
  "phone_taken",
  "last_admin", // an organization keeps one active admin at least
  "already_member", // of the organization that invites
  "weak_password",
  "too_many_api_keys", // the user has as many live ones as there may be
  "too_many_requests",
  "password_login_off", // 100 wrong passwords in a row: NIST 800-63B-4 §3.2.2
  "unavailable", // a part that we need is down: try again
  "misconfigured", // a setting is missing or weak; the message names the setting, never its value
  "internal",
] as const;

export type Refusal = (typeof REFUSALS)[number];

/** What the caller may know beyond the refusal itself. */
export interface RefusalDetails {
  /** the input's field, as the caller spells it: `email`, `scopes.0` */
  readonly field?: string;
  /** a sentence for the caller; without it the dialect's own words for the refusal stand */
  readonly message?: string;
  /** seconds until another try makes sense */
  readonly retryAfterSeconds?: number;
  /** methods that the path does know (RFC 9110 §15.5.6) */
  readonly allow?: readonly string[];
}

/** A refusal with two voices: `why` is for the log alone, `details` are for the caller. */
export class AuthError extends Error {
  override readonly name = "AuthError";

  constructor(
    readonly refusal: Refusal,
    readonly why: string,
    readonly details: RefusalDetails = {},
    options?: ErrorOptions,
  ) {
    super(why, options);
  }
}

/** A setting is missing or weak: one sentence that names it, never its value. */
export function misconfigured(message: string): AuthError {
  return new AuthError("misconfigured", message, { message: `Latchkey is not configured: ${message}` });
}

/** What the log may hear of an error: our own words, or the kind and place of somebody else's, whose message may quote the input. */
export function whyOf(error: unknown): string {
  if (error instanceof AuthError) return error.message;
  if (!(error instanceof Error)) return "not an error";
  // A stack begins with the message, and that may be of several lines.
  const frames = (error.stack ?? "").replace(error.message, "");
  const place = /\n\s+(at .*)/.exec(frames)?.[1] ?? "no stack";
  return `${error.name} ${place}`;
}

/** The compiler's proof that a switch is exhaustive. */
export function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${String(value)}`);
}
