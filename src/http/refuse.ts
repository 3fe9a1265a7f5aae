import { AuthError, type Refusal, whyOf } from "../domain/error.ts";
import type { Log } from "../domain/ports.ts";
import type { Dialect, Row } from "../wire/dialect.ts";

/** What we got wrong ourselves: logged as an error. */
const FAULTS: readonly Refusal[] = ["internal", "misconfigured", "unavailable"];

interface Refusing {
  readonly error: unknown;
  readonly dialect: Dialect;
  /** null outside of every row */
  readonly row: Row | null;
  readonly requestId: string;
  readonly path: string;
  /** that every answer of the call bears */
  readonly headers: Readonly<Record<string, string>>;
}

/** The one place where a thrown thing becomes an answer, and a line in the log. */
export function refuse({ error, dialect, row, requestId, path, headers: given }: Refusing, log: Log): Response {
  const refused = refusalOf(error);
  const { refusal, details } = refused;
  const field = details.field === undefined ? null : (row?.fields[details.field] ?? details.field);
  const answer = dialect.refuse({ refusal, message: details.message ?? null, field, requestId, instance: path });
  const name = row === null ? null : `${row.method} ${row.path}`;
  logRefusal(log, { refused, requestId, dialect: dialect.name, row: name, status: answer.status });
  const headers = new Headers({ ...given, "Content-Type": answer.contentType });
  if (answer.status === 401) headers.set("WWW-Authenticate", "Bearer");
  if (details.retryAfterSeconds !== undefined) headers.set("Retry-After", String(details.retryAfterSeconds));
  if (details.allow !== undefined) headers.set("Allow", details.allow.join(", "));
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
}

/** An error that isn't ours says nothing to the caller. */
export function refusalOf(error: unknown): AuthError {
  return error instanceof AuthError ? error : new AuthError("internal", whyOf(error));
}

interface LoggedRefusal {
  readonly refused: AuthError;
  readonly requestId: string;
  readonly dialect: string;
  /** method and path as they are mounted; null outside of every row */
  readonly row: string | null;
  readonly status: number;
}

export function logRefusal(log: Log, { refused, requestId, dialect, row, status }: LoggedRefusal): void {
  const { refusal, why } = refused;
  const level = FAULTS.includes(refusal) ? "error" : "info";
  log.write(level, "refused", { request_id: requestId, dialect, row, refusal, status, why });
}
