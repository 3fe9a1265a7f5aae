import type { Limit, LimitState } from "../domain/limit.ts";

/**
 * What a limited answer says of its limits: the structured fields of draft-ietf-httpapi-ratelimit-headers, one list
 * member a limit, in the order of `states`. No states, no headers.
 *
 * A limit is published under its own name, without `:account`: `login:account` is `"login"`, `login:ip` is `"login:ip"`.
 */
export function rateLimitHeaders(states: readonly LimitState[]): Record<string, string> {
  if (states.length === 0) return {};
  return {
    "RateLimit-Policy": states
      .map(({ limit }) => `${wireName(limit)};q=${limit.max};w=${limit.windowSeconds}`)
      .join(", "),
    RateLimit: states.map((state) => `${wireName(state.limit)};r=${state.remaining}${reset(state)}`).join(", "),
  };
}

function wireName(limit: Limit): string {
  return `"${limit.name.replace(/:account$/, "")}"`;
}

/**
 * A locked key has no `t`: no waiting opens it. Never more than `w`, by which clients judge it, although a unit counts up to
 * a slot and an allowance longer (`sliding-window.ts`: 21 s of 900): a 429's `Retry-After`, which goes before `t`, is exact.
 */
function reset({ limit, locked, resetSeconds }: LimitState): string {
  return locked ? "" : `;t=${Math.min(resetSeconds, limit.windowSeconds)}`;
}
