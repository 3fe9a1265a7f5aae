import type { Access } from "../domain/access.ts";
import type { Refusal } from "../domain/error.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import type { Dialect, Row } from "./dialect.ts";

// What follows from a row's columns: said once, for the mount, the documents and the tests.

/** How a credential is sent: `Authorization: Bearer`, or `X-API-Key`. */
export type CredentialKind = "bearer" | "apiKey";

interface Callable {
  /** what opens the row; none: anyone may call */
  readonly takes: readonly CredentialKind[];
  /** for the documents */
  readonly words: string;
}

export const CALLABLE_BY: Readonly<Record<Access, Callable>> = {
  public: { takes: [], words: "anyone" },
  session: { takes: ["bearer"], words: "a user, by an access token whose session is alive" },
  account: { takes: ["bearer", "apiKey"], words: "a user, by an access token whose session is alive or by an API key" },
  verify: { takes: ["bearer", "apiKey"], words: "any good credential" },
};

/** Refusals that any row may answer. */
const COMMON: readonly Refusal[] = ["internal", "misconfigured", "unavailable"];

/** Every method but GET has its body read, whether the row asks for one or not. */
const OF_A_BODY: readonly Refusal[] = ["not_json", "unsupported_media_type", "body_too_large"];

/** Every refusal that the row may answer: its own first, then those that follow from its other columns. */
export function refusalsOf(row: Row): readonly Refusal[] {
  const refusals = new Set(row.refusals);
  if ([row.params, row.query, row.body].some((schema) => schema !== undefined)) refusals.add("invalid_input");
  if (row.method !== "GET") for (const refusal of OF_A_BODY) refusals.add(refusal);
  if (row.access !== "public") refusals.add("unauthenticated");
  // A good credential of another kind, or of a role that may not. A good API key is counted wherever it is shown.
  if (row.access === "session" || row.access === "account") refusals.add("forbidden");
  if (isLimited(row)) refusals.add("too_many_requests");
  for (const refusal of COMMON) refusals.add(refusal);
  return [...refusals];
}

/** Who may call, for the documents: `a user, ..., as admin or member`. */
export function callableBy({ access, needs }: Row): string {
  const { words } = CALLABLE_BY[access];
  return needs === null ? words : `${words}, as ${PERMISSIONS[needs].join(" or ")}`;
}

/** Its answers may bear `RateLimit` and `RateLimit-Policy`. */
export function isLimited(row: Row): boolean {
  return row.access !== "public" || row.refusals.includes("too_many_requests");
}

/**
 * It takes `X-Refresh-Token` beside an expired access token. Neither a public row nor `verify` has a caller to renew;
 * where no client repeats, an unsafe method may not rotate.
 */
export function isRenewing(dialect: Dialect, row: Row): boolean {
  const isOfUsers = row.access === "session" || row.access === "account";
  if (!isOfUsers || dialect.renewal === undefined) return false;
  return row.method === "GET" || dialect.renewal.repeat !== null;
}

/** What it answers when the tokens were renewed and the request was not carried out; null when that can't be. */
export function repeatOf(dialect: Dialect, row: Row): object | null {
  const { renewal } = dialect;
  return renewal === undefined || row.method === "GET" || !isRenewing(dialect, row) ? null : renewal.repeat;
}
