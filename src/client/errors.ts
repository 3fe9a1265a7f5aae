/** Every way in which a call can fail: the same in all dialects, for it follows from the status. */
export type ErrorCode =
  | "invalid" // a field is absent, not valid or too weak: `field` names it where Latchkey does
  | "unauthenticated" // wrong credentials, a wrong or spent code, a session that has ended
  | "forbidden" // a good credential that may not do this
  | "not_found"
  | "conflict" // the address is taken, or the account isn't in the state for this
  | "too_many_requests" // `retryAfterSeconds` says for how long
  | "unavailable" // Latchkey, or something that it needs, is down
  | "unreachable" // no answer at all
  | "signed_out"; // there are no tokens, or their session has ended: log in again

export class LatchkeyError extends Error {
  override readonly name = "LatchkeyError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface ErrorDetails {
  readonly status?: number;
  /** Latchkey's own, finer word, where the dialect has one: `weak_password` */
  readonly reason?: string;
  readonly field?: string;
  readonly retryAfterSeconds?: number;
  /** to be told to whoever runs Latchkey: it finds the line in the log */
  readonly requestId?: string;
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: "invalid",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  405: "not_found",
  409: "conflict",
  413: "invalid",
  415: "invalid",
  429: "too_many_requests",
};

/** What the dialects' error bodies have, each some of it. */
interface ErrorBody {
  readonly detail?: string;
  readonly message?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly field: string }[];
}

export async function errorOf(answer: Response): Promise<LatchkeyError> {
  const { status, headers } = answer;
  const body = ((await answer.json().catch(() => null)) ?? {}) as ErrorBody;
  const [wrong] = body.errors ?? [];
  const retryAfter = headers.get("Retry-After");
  const requestId = headers.get("X-Request-Id");
  return new LatchkeyError(CODES[status] ?? "unavailable", body.detail ?? body.message ?? `HTTP ${status}`, {
    status,
    ...(body.code === undefined ? {} : { reason: body.code }),
    ...(wrong === undefined ? {} : { field: wrong.field }),
    ...(retryAfter === null ? {} : { retryAfterSeconds: Number(retryAfter) }),
    ...(requestId === null ? {} : { requestId }),
  });
}
