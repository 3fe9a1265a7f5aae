import { describe, expect, it } from "vitest";
import { REFUSALS, type Refusal } from "../../src/domain/error.ts";
import { DIALECTS } from "../../src/http/app.ts";

/** HTTP's own meaning of a refusal, where there is one: no dialect may answer another status. */
const STATUSES: Readonly<Partial<Record<Refusal, number>>> = {
  invalid_input: 400,
  not_json: 400,
  unauthenticated: 401,
  wrong_credentials: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  email_taken: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  password_login_off: 429,
  internal: 500,
  misconfigured: 503,
  unavailable: 503,
};

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))("%s", (_, dialect) => {
  const refuse = (refusal: Refusal, said: { message?: string; field?: string } = {}) =>
    dialect.refuse({
      ...{ refusal, requestId: "req_1", instance: "/asked" },
      ...{ message: said.message ?? null, field: said.field ?? null },
    });

  it.each(REFUSALS)("%s has an answer: a status that says whose fault it is, JSON, and words", (refusal) => {
    const { status, contentType, body } = refuse(refusal);
    expect(status).toBe(STATUSES[refusal] ?? status);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(contentType).toMatch(/^application\/(problem\+)?json$/);
    expect(JSON.stringify(body)).toMatch(/[A-Z][a-z-]* [a-z]+/);
  });

  it.each(REFUSALS)("%s says our own sentence when there is one", (refusal) => {
    const message = "full_name must not be empty";
    expect(JSON.stringify(refuse(refusal, { message, field: "full_name" }).body)).toContain(message);
  });
});
