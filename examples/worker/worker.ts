import type { AuthService } from "latchkey/verify";

interface Env {
  readonly AUTH: AuthService;
}

/** Says who calls. Latchkey is asked over the service binding: no network hop, and logouts are seen. */
export default {
  async fetch(request, env) {
    const who = await env.AUTH.verify(request.headers);
    if (who.active) return Response.json({ hello: who.subject, kind: who.kind, role: who.role });
    const status = { unauthenticated: 401, too_many_requests: 429, unavailable: 503 }[who.reason];
    const headers = who.retryAfterSeconds === null ? {} : { "Retry-After": String(who.retryAfterSeconds) };
    return Response.json({ error: who.reason }, { status, headers });
  },
} satisfies ExportedHandler<Env>;
