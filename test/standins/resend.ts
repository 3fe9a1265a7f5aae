// Resend as its documentation states it: https://resend.com/docs/api-reference/emails/send-email, .../errors,
// https://resend.com/docs/dashboard/emails/idempotency-keys

export interface SentEmail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class ResendStandIn {
  readonly apiKey = "re_c1tpEyD8_NKFusih9vKVQknRAQfmFcWCv";
  /** what was accepted, by idempotency key */
  readonly emails = new Map<string, { payload: string; email: SentEmail; id: string }>();
  /** every request that came, answered or not */
  requests = 0;
  /** what is done instead of the documented thing */
  trouble: ((request: Request) => Response | Promise<Response>) | null = null;

  /** What was sent so far is no longer in the way of what a test is about. */
  forget(): void {
    this.emails.clear();
    this.requests = 0;
  }

  get sent(): SentEmail[] {
    return [...this.emails.values()].map(({ email }) => email);
  }

  async answer(request: Request): Promise<Response> {
    this.requests++;
    if (this.trouble !== null) return this.trouble(request);
    return this.accept(request);
  }

  async accept(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (!request.headers.get("User-Agent")) return new Response("error code: 1010", { status: 403 });
    if (pathname !== "/emails" || search !== "") return refusal(404, "not_found");
    if (request.method !== "POST") return refusal(405, "method_not_allowed");
    const authorization = request.headers.get("Authorization");
    if (authorization === null) return refusal(401, "missing_api_key");
    if (authorization !== `Bearer ${this.apiKey}`) return refusal(403, "invalid_api_key");
    if (request.headers.get("Content-Type") !== "application/json") return refusal(422, "validation_error");
    const key = request.headers.get("Idempotency-Key") ?? "";
    if (key.length < 1 || key.length > 256) return refusal(400, "invalid_idempotency_key");
    return this.#send(key, await request.text());
  }

  #send(key: string, payload: string): Response {
    const known = this.emails.get(key);
    if (known !== undefined) {
      return known.payload === payload ? Response.json({ id: known.id }) : refusal(409, "invalid_idempotent_request");
    }
    const email = JSON.parse(payload) as SentEmail;
    for (const field of ["from", "to", "subject", "text", "html"] as const) {
      if (email[field] === undefined || email[field] === null) return refusal(422, "missing_required_field");
    }
    if (!/^([^<>@,"]+ <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(email.from)) {
      return refusal(422, "invalid_from_address");
    }
    if (!Array.isArray(email.to) || email.to.length < 1 || email.to.length > 50)
      return refusal(422, "validation_error");
    const id = crypto.randomUUID();
    this.emails.set(key, { payload, email, id });
    return Response.json({ id });
  }
}

/** Resend's form of an error; its message quotes what it was sent, as real ones do. */
export function refusal(statusCode: number, name: string, headers: Record<string, string> = {}): Response {
  const message = "`to` ada@example.com: https://auth.example.com/verify-email?token=c2VjcmV0 was refused";
  return Response.json({ statusCode, name, message }, { status: statusCode, headers });
}
