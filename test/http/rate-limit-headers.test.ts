import { expect, it } from "vitest";
import type { LimitState } from "../../src/domain/limit.ts";
import { rateLimitHeaders } from "../../src/http/rate-limit-headers.ts";

const account: LimitState = {
  limit: { name: "login:account", max: 10, windowSeconds: 900, lockAfter: 100 },
  allowed: true,
  locked: false,
  remaining: 4,
  resetSeconds: 370,
};
const client: LimitState = {
  limit: { name: "login:ip", max: 100, windowSeconds: 900 },
  allowed: false,
  locked: false,
  remaining: 0,
  resetSeconds: 12,
};

it("a limit is published as the design's example shows it", () => {
  expect(rateLimitHeaders([account])).toEqual({
    "RateLimit-Policy": '"login";q=10;w=900',
    RateLimit: '"login";r=4;t=370',
  });
});

it("several limits are members of one list, told apart by their names", () => {
  expect(rateLimitHeaders([account, client])).toEqual({
    "RateLimit-Policy": '"login";q=10;w=900, "login:ip";q=100;w=900',
    RateLimit: '"login";r=4;t=370, "login:ip";r=0;t=12',
  });
});

it("a unit that counts longer than the window, by its slot, is told as the window at most", () => {
  expect(rateLimitHeaders([{ ...account, remaining: 9, resetSeconds: 919 }])).toEqual({
    "RateLimit-Policy": '"login";q=10;w=900',
    RateLimit: '"login";r=9;t=900',
  });
});

it("a locked key promises no time at which it opens", () => {
  expect(rateLimitHeaders([{ ...account, allowed: false, locked: true, remaining: 0 }]).RateLimit).toBe('"login";r=0');
});

it("an answer without limits bears no headers", () => {
  expect(rateLimitHeaders([])).toEqual({});
});
