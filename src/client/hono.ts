import type { Context, MiddlewareHandler } from "hono";
import type { VerificationFailure, VerifiedCredential } from "./verification.ts";
import { createVerifier, type VerifierOptions } from "./verify.ts";

export type { AuthService, VerifiedCredential } from "./verification.ts";

/** Who may pass, of those whose credential is good. What isn't said is not asked for. */
export interface Access {
  readonly kinds?: readonly VerifiedCredential["kind"][];
  readonly roles?: readonly string[];
  /** an API key must have been made for all of them; a token may what its user may */
  readonly scopes?: readonly string[];
}

export interface LatchkeyOptions extends VerifierOptions {
  readonly access?: Access;
}

/** What the middleware leaves for the handlers after it: `c.var.auth`. */
export interface LatchkeyEnv {
  Variables: { auth: VerifiedCredential };
}

type Refusal = VerificationFailure | "forbidden";

const ANSWERS = {
  unauthenticated: { status: 401, title: "Unauthorized" },
  forbidden: { status: 403, title: "Forbidden" },
  too_many_requests: { status: 429, title: "Too Many Requests" },
  unavailable: { status: 503, title: "Service Unavailable" },
} as const satisfies Record<Refusal, object>;

/** Lets a request pass whose token or API key is good and may pass; answers the others with problem details (RFC 9457). */
export function latchkey({ access = {}, ...options }: LatchkeyOptions): MiddlewareHandler<LatchkeyEnv> {
  const verifier = createVerifier(options);
  return async function latchkey(c, next) {
    const verification = await verifier.verify(c.req.raw.headers);
    if (!verification.active) return refuse(c, verification.reason, verification.retryAfterSeconds);
    if (!mayPass(verification, access)) return refuse(c, "forbidden");
    c.set("auth", verification);
    return next();
  };
}

function mayPass(credential: VerifiedCredential, { kinds, roles, scopes = [] }: Access): boolean {
  const { kind, role, scopes: granted } = credential;
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  if (roles !== undefined && (role === null || !roles.includes(role))) return false;
  return kind !== "api_key" || scopes.every((scope) => granted.includes(scope));
}

function refuse(c: Context, code: Refusal, retryAfterSeconds: number | null = null): Response {
  const { status, title } = ANSWERS[code];
  const headers: Record<string, string> = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  if (status === 401) headers["WWW-Authenticate"] = "Bearer";
  if (retryAfterSeconds !== null) headers["Retry-After"] = String(retryAfterSeconds);
  return c.body(JSON.stringify({ type: "about:blank", title, status, code }), status, headers);
}
