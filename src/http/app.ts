import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { datix } from "../dialects/datix/routes.ts";
import { dyzo } from "../dialects/dyzo/routes.ts";
import { elyssa } from "../dialects/elyssa/routes.ts";
import { vault } from "../dialects/vault/routes.ts";
import { newRequestId } from "../domain/call.ts";
import { AuthError } from "../domain/error.ts";
import type { Core } from "../domain/ports.ts";
import { JWKS_MAX_AGE_SECONDS } from "../domain/signing-key.ts";
import type { Dialect } from "../wire/dialect.ts";
import type { Http } from "./call.ts";
import { showOutbox } from "./dev-outbox.tsx";
import { mountDocuments } from "./documents.ts";
import { mount, refuseOutside } from "./mount.ts";
import { mountPages } from "./pages.ts";
import { refuse } from "./refuse.ts";

export const DIALECTS: readonly Dialect[] = [datix, dyzo, vault, elyssa];

export function createApp(dialects: readonly Dialect[] = DIALECTS): Hono<Http> {
  // not strict: every path answers with and without its trailing slash
  const app = new Hono<Http>({ strict: false });
  app.use(securityHeaders);
  app.use(crossOrigin());
  mountPages(app);
  for (const dialect of dialects) mount(app, dialect);
  mountDocuments(app, dialects);

  app.get("/.well-known/jwks.json", async (c) =>
    c.json(await c.env.keyring.jwks(), 200, { "Cache-Control": `public, max-age=${JWKS_MAX_AGE_SECONDS}` }),
  );
  // The ring opens only when D1 answers and MASTER_KEYS fits: what every login needs.
  app.get("/healthz", async (c) => {
    await c.env.keyring.current();
    return c.json({ status: "ok" });
  });

  app.get("/dev/outbox", showOutbox);

  app.notFound((c) =>
    refuseOutside(c, { error: new AuthError("not_found", "no such path"), dialect: dialectOf(c.req.path, dialects) }),
  );
  app.onError((error, c) => refuseOutside(c, { error, dialect: dialectOf(c.req.path, dialects) }));
  return app;
}

/** Whose words a path outside of every row is answered in. */
function dialectOf(path: string, dialects: readonly Dialect[]): Dialect {
  return dialects.find(({ base }) => base !== "" && path.startsWith(`${base}/`)) ?? datix;
}

/** The answer while there is no Core, because a setting is missing or weak. */
export function refuseMisconfigured(
  request: Request,
  error: unknown,
  { log, random }: Pick<Core, "log" | "random">,
): Response {
  const path = new URL(request.url).pathname;
  const requestId = newRequestId(random);
  const answer = refuse(
    { error, dialect: dialectOf(path, DIALECTS), row: null, requestId, path, headers: { "X-Request-Id": requestId } },
    log,
  );
  secure(answer.headers);
  return answer;
}

const SECURITY_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // two years: https://hstspreload.org asks for one at least
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
};

async function securityHeaders(c: Context<Http>, next: () => Promise<void>): Promise<void> {
  await next();
  secure(c.res.headers);
}

function secure(headers: Headers): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
}

/** RateLimit and the rest are of no use to a browser's script unless they are exposed. */
const EXPOSED_HEADERS = [
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "WWW-Authenticate",
  "X-New-Access-Token",
  "X-New-Refresh-Token",
  "X-Next-Cursor",
  "X-Request-Id",
];

function crossOrigin() {
  return cors({
    origin: (origin, c: Context<Http>) => (c.env.settings.corsOrigins.includes(origin) ? origin : null),
    allowHeaders: ["Authorization", "Content-Type", "X-API-Key", "X-Refresh-Token"],
    allowMethods: ["GET", "POST", "PATCH", "DELETE"],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
}
