import type { Presented } from "../domain/presented.ts";
import { inactive, type Verification, type VerifiedCredential } from "./verification.ts";

const PATIENCE_MS = 5_000;

/** `GET /v1/auth/verify`, as it answers. */
interface Answer {
  readonly kind: VerifiedCredential["kind"];
  readonly subject: string;
  readonly organization_id: string | null;
  readonly role: string | null;
  readonly scopes: readonly string[];
  readonly expires_at: string;
}

/** Asks Latchkey itself, which counts a request of an API key's quota. Throws when it can't be reached. */
export async function askOverHttp({
  issuer,
  fetch,
  presented: { bearer, apiKey },
}: {
  issuer: string;
  fetch: typeof globalThis.fetch;
  presented: Presented;
}): Promise<Verification> {
  const answer = await fetch(`${issuer}/v1/auth/verify`, {
    headers: bearer === null ? { "X-API-Key": apiKey ?? "" } : { Authorization: `Bearer ${bearer}` },
    redirect: "manual", // a credential goes to the issuer, or nowhere
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 200) return active(await answer.json());
  await answer.body?.cancel();
  const retryAfter = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  const retryAfterSeconds = Number.isInteger(retryAfter) ? retryAfter : null;
  if (answer.status === 401) return inactive("unauthenticated");
  return inactive(answer.status === 429 ? "too_many_requests" : "unavailable", retryAfterSeconds);
}

function active({ kind, subject, organization_id, role, scopes, expires_at }: Answer): Verification {
  const expiresAt = Date.parse(expires_at) / 1000;
  return { active: true, kind, subject, organization: organization_id, role, scopes, expiresAt };
}
