import * as v from "valibot";
import type { Refusal } from "../../domain/error.ts";
import type { RefusalAnswer, Refused } from "../../wire/dialect.ts";
import { text } from "../../wire/fields.ts";

interface Words {
  readonly status: RefusalAnswer["status"];
  readonly message: string;
}

/** vault's words for each refusal. */
export const WORDS: Readonly<Record<Refusal, Words>> = {
  invalid_input: { status: 400, message: "A field is missing or not valid" },
  not_json: { status: 400, message: "The body must be JSON with distinct members" },
  weak_password: { status: 400, message: "The password is too weak" },
  captcha_refused: { status: 400, message: "The captcha was not solved" },
  unauthenticated: { status: 401, message: "Authentication required" },
  wrong_credentials: { status: 401, message: "Invalid email or password" },
  wrong_password: { status: 401, message: "The current password is wrong" },
  wrong_second_factor: { status: 401, message: "The code is wrong or was used before" },
  wrong_temp_token: { status: 401, message: "The login has expired: please log in again" },
  wrong_code: { status: 401, message: "The code is wrong or no longer good" },
  identity_refused: { status: 401, message: "The Google token was refused" },
  email_unverified: {
    status: 403,
    message:
      "Please confirm your email address first: open the link that was mailed to it. A password reset by mail confirms it too",
  },
  forbidden: { status: 403, message: "This credential may not do that" },
  not_found: { status: 404, message: "Not found" },
  method_not_allowed: { status: 405, message: "Method not allowed" },
  email_taken: { status: 409, message: "The email already has an account" },
  second_factor_on: { status: 409, message: "Two-factor authentication is enabled already" },
  second_factor_off: { status: 409, message: "Two-factor authentication is not set up" },
  too_many_api_keys: { status: 409, message: "Delete a key first: there are as many as may be" },
  phone_taken: { status: 409, message: "The phone number belongs to another account" },
  last_admin: { status: 409, message: "A team needs at least one active admin" },
  already_member: { status: 409, message: "The user is a member of the team already" },
  body_too_large: { status: 413, message: "The body is longer than 64 KiB" },
  unsupported_media_type: { status: 415, message: "The body must be sent as application/json" },
  too_many_requests: { status: 429, message: "Too many requests: please wait" },
  password_login_off: {
    status: 429,
    message: "Too many wrong passwords in a row: password login is off until the password is reset",
  },
  internal: { status: 500, message: "Something went wrong on our side" },
  misconfigured: { status: 503, message: "Latchkey is not configured" },
  unavailable: { status: 503, message: "Please try again in a moment" },
};

export const Failure = v.object({ status: v.literal("error"), message: text("Invalid email or password") });

export function refuse({ refusal, message }: Refused): RefusalAnswer {
  const words = message ?? WORDS[refusal].message;
  const body: v.InferOutput<typeof Failure> = { status: "error", message: words };
  return { status: WORDS[refusal].status, contentType: "application/json", body, words };
}
