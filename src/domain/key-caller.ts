import type { VerifiedCredential } from "./access.ts";
import { type KeyStanding, keySecretHash } from "./api-key.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { SecretHash } from "./ids.ts";
import type { Core } from "./ports.ts";

/** A request that bears an API key. */
interface KeyCall {
  readonly call: Call;
  readonly apiKey: string;
}

/** The truth about the key and its owner, and one request of its quota. */
export async function keyCaller(core: Core, { call, apiKey }: KeyCall): Promise<KeyStanding> {
  return counted(core, { call, standing: await core.apiKeys.standing(hashOf(apiKey), core.clock.now()) });
}

/** From memory when hot; cold, one read of D1 and one call of the key's counter. */
export async function verifiedKey(core: Core, { call, apiKey }: KeyCall): Promise<VerifiedCredential> {
  const recent = await core.apiKeys.recentStanding(hashOf(apiKey), core.clock.now());
  const { user, membership, key, expiresAt } = await counted(core, { call, standing: recent });
  return {
    kind: "api_key",
    subject: user.publicId,
    organization: membership?.organization.publicId ?? null,
    role: membership?.role ?? null,
    scopes: key.scopes,
    expiresAt,
  };
}

/** Junk and slips of the hand end here, before anything is asked of anybody. */
function hashOf(apiKey: string): SecretHash {
  const hash = keySecretHash(apiKey);
  if (hash === null) throw new AuthError("unauthenticated", "api key: not one of ours");
  return hash;
}

/** Every answer to a good key tells of its quota, whatever else it says. */
async function counted(
  core: Core,
  { call, standing }: { call: Call; standing: KeyStanding | null },
): Promise<KeyStanding> {
  if (standing === null) throw new AuthError("unauthenticated", "api key: unknown, revoked or expired");
  const state = await core.keyQuota.take(standing.key, call);
  call.limits.push(state);
  if (state.allowed) return standing;
  const { resetSeconds: retryAfterSeconds } = state;
  throw new AuthError("too_many_requests", `quota spent: ${standing.key.publicId}`, { retryAfterSeconds });
}
