import * as v from "valibot";
import { REFUSALS, type Refusal } from "../../domain/error.ts";
import type { RefusalAnswer, Refused } from "../../wire/dialect.ts";
import { sample, text } from "../../wire/fields.ts";

interface Words {
  readonly status: RefusalAnswer["status"];
  /** RFC 9457 §4.2.1: with the type `about:blank` the title is HTTP's own phrase */
  readonly title: string;
  readonly detail: string;
}

/** datix's words for each refusal; those that the documentation gives are its own. */
export const WORDS: Readonly<Record<Refusal, Words>> = {
  invalid_input: { status: 400, title: "Bad Request", detail: "A field is missing or not valid" },
  not_json: { status: 400, title: "Bad Request", detail: "The body must be JSON with distinct members" },
  weak_password: { status: 400, title: "Bad Request", detail: "Invalid email or weak password" },
  captcha_refused: { status: 400, title: "Bad Request", detail: "The captcha was not solved" },
  unauthenticated: { status: 401, title: "Unauthorized", detail: "A valid access token is required" },
  wrong_credentials: { status: 401, title: "Unauthorized", detail: "Invalid credentials" },
  wrong_password: { status: 401, title: "Unauthorized", detail: "The current password is wrong" },
  wrong_second_factor: { status: 401, title: "Unauthorized", detail: "The code is wrong or was used before" },
  wrong_temp_token: { status: 401, title: "Unauthorized", detail: "The login has expired: please log in again" },
  wrong_code: { status: 401, title: "Unauthorized", detail: "The code is wrong or no longer good" },
  email_unverified: {
    status: 403,
    title: "Forbidden",
    detail:
      "Please confirm your email address first: open the link that was mailed to it. A password reset by mail confirms it too",
  },
  identity_refused: { status: 401, title: "Unauthorized", detail: "The Google token was refused" },
  forbidden: { status: 403, title: "Forbidden", detail: "This credential may not do that" },
  not_found: { status: 404, title: "Not Found", detail: "There is nothing here" },
  method_not_allowed: { status: 405, title: "Method Not Allowed", detail: "This path has other methods" },
  email_taken: { status: 409, title: "Conflict", detail: "Email already exists" },
  second_factor_on: { status: 409, title: "Conflict", detail: "Two-factor authentication is enabled already" },
  second_factor_off: { status: 409, title: "Conflict", detail: "Two-factor authentication is not set up" },
  too_many_api_keys: { status: 409, title: "Conflict", detail: "Revoke a key first: there are as many as may be" },
  phone_taken: { status: 409, title: "Conflict", detail: "The phone number belongs to another account" },
  last_admin: { status: 409, title: "Conflict", detail: "An organization needs at least one active admin" },
  already_member: { status: 409, title: "Conflict", detail: "The user is a member of the organization already" },
  body_too_large: { status: 413, title: "Content Too Large", detail: "The body is longer than 64 KiB" },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported Media Type",
    detail: "The body must be sent as application/json",
  },
  too_many_requests: { status: 429, title: "Too Many Requests", detail: "Rate limit exceeded" },
  password_login_off: {
    status: 429,
    title: "Too Many Requests",
    detail: "Too many wrong passwords in a row: password login is off until the password is reset",
  },
  internal: { status: 500, title: "Internal Server Error", detail: "Something went wrong on our side" },
  misconfigured: { status: 503, title: "Service Unavailable", detail: "Latchkey is not configured" },
  unavailable: { status: 503, title: "Service Unavailable", detail: "Please try again in a moment" },
};

/** `application/problem+json` (RFC 9457), with the refusal as `code`. */
export const Problem = v.object({
  type: v.literal("about:blank"),
  title: text("Bad Request"),
  status: sample(v.pipe(v.number(), v.integer()), 400),
  detail: text("email is required"),
  instance: v.pipe(text("/v1/auth/register"), v.description("The path that was asked")),
  code: v.picklist(REFUSALS),
  request_id: v.pipe(text("req_5Jt2mVh8QxWc0aYp3LrNeB"), v.description("Equal to the header X-Request-Id")),
  errors: v.pipe(
    v.optional(v.array(v.object({ field: text("email"), message: text("email is required") }))),
    v.description("The field that was refused, and why"),
  ),
});

export function refuse({ refusal, message, field, requestId, instance }: Refused): RefusalAnswer {
  const { status, title, detail } = WORDS[refusal];
  const words = message ?? detail;
  const problem: v.InferOutput<typeof Problem> = {
    type: "about:blank",
    title,
    status,
    detail: words,
    instance,
    code: refusal,
    request_id: requestId,
    ...(field === null ? {} : { errors: [{ field, message: words }] }),
  };
  return { status, contentType: "application/problem+json", body: problem, words };
}
