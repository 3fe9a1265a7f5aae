import type { AuthError, Refusal } from "../domain/error.ts";

/** What can stand between a reader and what a page is for, as the reader sees it: several refusals are one problem. */
export const PROBLEMS = [
  "dead_link",
  "gone",
  "weak_password",
  "email_taken",
  "phone_taken",
  "not_accepted",
  "not_understood",
  "wrong_login",
  "wrong_password",
  "wrong_code",
  "login_over",
  "google_refused",
  "email_unverified",
  "second_factor_on",
  "second_factor_off",
  "last_admin",
  "already_member",
  "too_many_keys",
  "too_many",
  "try_again",
  "not_allowed",
] as const;

export type Problem = (typeof PROBLEMS)[number];

interface Answer {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503;
  readonly problem: Problem;
}

/** Every refusal, as a page answers it. */
export const ANSWERS: Readonly<Record<Refusal, Answer>> = {
  invalid_input: { status: 400, problem: "not_understood" },
  not_json: { status: 400, problem: "not_understood" },
  weak_password: { status: 400, problem: "weak_password" },
  captcha_refused: { status: 400, problem: "not_allowed" },
  unauthenticated: { status: 401, problem: "wrong_login" },
  wrong_credentials: { status: 401, problem: "wrong_login" },
  wrong_password: { status: 401, problem: "wrong_password" },
  wrong_second_factor: { status: 401, problem: "wrong_code" },
  wrong_temp_token: { status: 401, problem: "login_over" },
  wrong_code: { status: 401, problem: "wrong_code" },
  identity_refused: { status: 401, problem: "not_allowed" },
  email_unverified: { status: 403, problem: "email_unverified" },
  forbidden: { status: 403, problem: "not_accepted" },
  not_found: { status: 404, problem: "gone" },
  method_not_allowed: { status: 405, problem: "not_understood" },
  email_taken: { status: 409, problem: "email_taken" },
  second_factor_on: { status: 409, problem: "second_factor_on" },
  second_factor_off: { status: 409, problem: "second_factor_off" },
  last_admin: { status: 409, problem: "last_admin" },
  already_member: { status: 409, problem: "already_member" },
  too_many_api_keys: { status: 409, problem: "too_many_keys" },
  phone_taken: { status: 409, problem: "phone_taken" },
  body_too_large: { status: 413, problem: "not_understood" },
  unsupported_media_type: { status: 415, problem: "not_understood" },
  too_many_requests: { status: 429, problem: "too_many" },
  password_login_off: { status: 429, problem: "too_many" },
  internal: { status: 500, problem: "try_again" },
  misconfigured: { status: 503, problem: "try_again" },
  unavailable: { status: 503, problem: "try_again" },
};

/** The answer on one page, where a refusal may mean something else than elsewhere. */
export function problemOf(refusal: Refusal, here: Partial<Readonly<Record<Refusal, Problem>>>): Answer {
  const { status, problem } = ANSWERS[refusal];
  return { status, problem: here[refusal] ?? problem };
}

/** The input that a refusal is about, by the name that it has in every form. */
const FIELDS: Partial<Readonly<Record<Refusal, string>>> = {
  weak_password: "new_password",
  wrong_credentials: "password",
  wrong_password: "password",
  wrong_second_factor: "code",
  wrong_code: "code",
  email_taken: "email",
  already_member: "email",
  phone_taken: "phone",
};

export function fieldOf({ refusal, details }: AuthError): string | null {
  return FIELDS[refusal] ?? details.field ?? null;
}
