import type { Refusal } from "../domain/error.ts";

/** What can stand between a reader and what a page is for, as the reader sees it: several refusals are one problem. */
export type Problem =
  | "dead_link"
  | "weak_password"
  | "email_taken"
  | "from_elsewhere"
  | "not_understood"
  | "too_many"
  | "try_again"
  | "not_allowed";

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
  unauthenticated: { status: 401, problem: "not_allowed" },
  wrong_credentials: { status: 401, problem: "not_allowed" },
  wrong_password: { status: 401, problem: "not_allowed" },
  wrong_second_factor: { status: 401, problem: "not_allowed" },
  wrong_temp_token: { status: 401, problem: "not_allowed" },
  wrong_code: { status: 401, problem: "not_allowed" },
  identity_refused: { status: 401, problem: "not_allowed" },
  email_unverified: { status: 403, problem: "not_allowed" },
  forbidden: { status: 403, problem: "from_elsewhere" },
  not_found: { status: 404, problem: "dead_link" },
  method_not_allowed: { status: 405, problem: "not_understood" },
  email_taken: { status: 409, problem: "email_taken" },
  second_factor_on: { status: 409, problem: "not_allowed" },
  second_factor_off: { status: 409, problem: "not_allowed" },
  too_many_api_keys: { status: 409, problem: "not_allowed" },
  phone_taken: { status: 409, problem: "not_allowed" },
  last_admin: { status: 409, problem: "not_allowed" },
  already_member: { status: 409, problem: "not_allowed" },
  body_too_large: { status: 413, problem: "not_understood" },
  unsupported_media_type: { status: 415, problem: "not_understood" },
  too_many_requests: { status: 429, problem: "too_many" },
  password_login_off: { status: 429, problem: "too_many" },
  internal: { status: 500, problem: "try_again" },
  misconfigured: { status: 503, problem: "try_again" },
  unavailable: { status: 503, problem: "try_again" },
};

/** After these the link is as good as before: the form is shown again. */
const REPEATABLE: readonly Problem[] = ["weak_password", "too_many", "try_again"];

export function isRepeatable(problem: Problem): boolean {
  return REPEATABLE.includes(problem);
}
