import type { Context } from "hono";
import { type Call, newRequestId } from "../domain/call.ts";
import { whyOf } from "../domain/error.ts";
import { languageOf } from "../domain/language.ts";
import type { Core } from "../domain/ports.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

/** What the Hono app is given: the Core, and nothing of the raw environment. */
export interface Http {
  Bindings: Core;
}

/** A User-Agent is shown in the list of sessions; what is longer than any real one is cut. */
const USER_AGENT_MAX_LENGTH = 400;

export function beginCall(c: Context<Http>, clientId: string): Call {
  const core = c.env;
  const id = newRequestId(core.random);
  return {
    id,
    clientId,
    address: c.req.header("CF-Connecting-IP") ?? null,
    country: countryOf(c.req.raw),
    userAgent: c.req.header("User-Agent")?.slice(0, USER_AGENT_MAX_LENGTH) ?? null,
    language: languageOf(c.req.header("Accept-Language") ?? null),
    limits: [],
    headers: {},
    later(work) {
      const logged = work.catch((error: unknown) => {
        core.log.write("error", "later.failed", { request_id: id, why: whyOf(error) });
      });
      c.executionCtx.waitUntil(logged);
    },
  };
}

/** What every answer to the call bears, good or not. */
export function answerHeaders(call: Call): Record<string, string> {
  return { "X-Request-Id": call.id, ...rateLimitHeaders(call.limits), ...call.headers };
}

function countryOf(request: Request): string | null {
  const country = request.cf?.country;
  return typeof country === "string" ? country : null;
}
