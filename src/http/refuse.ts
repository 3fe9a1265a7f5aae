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
  const { refusal, why, details } = error instanceof AuthError ? error : new AuthError("internal", whyOf(error));
  const field = details.field === undefined ? null : (row?.fields[details.field] ?? details.field);
  const answer = dialect.refuse({ refusal, message: details.message ?? null, field, requestId, instance: path });
  log.write(FAULTS.includes(refusal) ? "error" : "info", "refused", {
    request_id: requestId,
    dialect: dialect.name,
    row: row === null ? null : `${row.method} ${row.path}`,
    refusal,
    status: answer.status,
    why,
  });
  const headers = new Headers({ ...given, "Content-Type": answer.contentType });
  if (answer.status === 401) headers.set("WWW-Authenticate", "Bearer");
  if (details.retryAfterSeconds !== undefined) headers.set("Retry-After", String(details.retryAfterSeconds));
  if (details.allow !== undefined) headers.set("Allow", details.allow.join(", "));
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
}
