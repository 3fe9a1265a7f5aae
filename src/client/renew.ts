import { errorOf } from "./errors.ts";
import { type TokenAnswer, type Tokens, tokensIn } from "./tokens.ts";

interface Way {
  readonly baseUrl: string;
  readonly send: typeof fetch;
  readonly now: () => number;
}

/** No tab waits longer than that for another's renewal. */
const PATIENCE_MS = 15_000;
/** A token that Latchkey still takes although it is over by our clock: until then we leave it at that. */
const STILL_GOOD_SECONDS = 10;

/** How each dialect renews: what is sent besides the access token. */
const WAYS = {
  datix: () => ({ path: "/v1/auth/refresh", method: "POST" }),
  // its tokens come in the headers of any answer, and this one changes nothing
  dyzo: ({ refresh }: Tokens) => ({ path: "/v1/auth/me", headers: { "X-Refresh-Token": refresh ?? "" } }),
  vault: () => ({ path: "/api/refresh" }),
  elyssa: ({ refresh }: Tokens) => ({ path: "/auth/refresh/", method: "POST", json: { refresh } }),
} satisfies Record<Tokens["dialect"], (tokens: Tokens) => Ask>;

interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly json?: object;
}

/** The tokens that follow; null when the session has ended. Throws LatchkeyError when nobody can say. */
export async function renewTokens(tokens: Tokens, { baseUrl, send, now }: Way): Promise<Tokens | null> {
  const { dialect, access } = tokens;
  const { path, method = "GET", headers = {}, json }: Ask = WAYS[dialect](tokens);
  const answer = await send(baseUrl + path, {
    method,
    headers: {
      Authorization: `Bearer ${access}`,
      ...headers,
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 401) return null;
  if (!answer.ok) throw await errorOf(answer);
  const newAccess = answer.headers.get("X-New-Access-Token");
  const newRefresh = answer.headers.get("X-New-Refresh-Token");
  const said: TokenAnswer = await answer.json();
  const isRotated = newAccess !== null && newRefresh !== null;
  const next = tokensIn(isRotated ? { access_token: newAccess, refresh_token: newRefresh } : said, {
    ...{ dialect, now: now(), before: tokens },
  });
  return next ?? { ...tokens, expiresAt: Math.max(tokens.expiresAt, now() + STILL_GOOD_SECONDS) };
}
