import { expect } from "vitest";
import type { Answered } from "../../world.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/** What a problem body must be; `field` with its `message` when a field is at fault. */
export interface ExpectedProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: unknown;
  readonly field?: string;
}

/** The answer is this problem (RFC 9457), to the letter, and nothing else. */
export function expectProblem(answer: Answered, { status, code, detail, field }: ExpectedProblem): void {
  expect(answer.json).toEqual({
    type: "about:blank",
    title: TITLES[status],
    status,
    detail,
    instance: expect.stringMatching(/^\/v1\/auth\//),
    code,
    request_id: answer.headers.get("X-Request-Id"),
    ...(field === undefined ? {} : { errors: [{ field, message: detail }] }),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  expect(answer.headers.get("WWW-Authenticate")).toBe(status === 401 ? "Bearer" : null);
}

export const NO_TOKEN: ExpectedProblem = {
  status: 401,
  code: "unauthenticated",
  detail: "A valid access token is required",
};
export const WRONG_CREDENTIALS: ExpectedProblem = {
  status: 401,
  code: "wrong_credentials",
  detail: "Invalid credentials",
};
