import { type AccessToken, expiredClaimsOf, issueAccessToken } from "./access-token.ts";
import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { Core } from "./ports.ts";
import { issueRefreshToken, type RefreshClaims, type RefreshToken, readRefreshToken } from "./refresh-token.ts";
import type { Standing } from "./session.ts";

/** A rotation: the next pair of tokens, and whose session it is. */
export interface Renewed {
  readonly standing: Standing;
  readonly access: AccessToken;
  readonly refresh: RefreshToken;
}

/**
 * The next pair, for a caller who was refused only because a genuine access token has expired, and who presents a good
 * refresh token of the same session. Null for any other refusal, which then stands: nothing was changed.
 */
export async function renewExpired(
  core: Core,
  { call, refused, refreshToken }: { call: Call; refused: unknown; refreshToken: string | null },
): Promise<Renewed | null> {
  const expired = expiredClaimsOf(refused);
  if (expired?.kind !== "user" || refreshToken === null) return null;
  const claims = await readRefreshToken(core, refreshToken);
  if (claims === null || claims.sessionId !== expired.sessionId) return null;
  return rotate(core, { call, claims });
}

/**
 * Rotates: the current counter gets a successor; the one before it, within the grace, the same successor again (two tabs,
 * or a lost answer). An older one was stolen or copied: the session ends. A counter ahead of ours was never made.
 */
async function rotate(core: Core, { call, claims }: { call: Call; claims: RefreshClaims }): Promise<Renewed> {
  const now = core.clock.now();
  const state = await core.sessions.rotate({ id: claims.sessionId, counter: claims.counter, now });
  if (state === null) throw new AuthError("unauthenticated", "refresh: the session has ended");
  const { counter, rotatedAt, standing } = state;
  if (counter < claims.counter) throw new AuthError("unauthenticated", "refresh: a counter ahead of the session's");
  const isSuccessor = counter === claims.counter + 1;
  if (!isSuccessor || now - rotatedAt > core.settings.refreshGraceSeconds) {
    await endReused(core, { call, standing });
    throw new AuthError("unauthenticated", "refresh: an old token was used again, the session is ended");
  }
  const [access, refresh] = await Promise.all([
    issueAccessToken(core, { account: standing, session: standing.session }),
    issueRefreshToken(core, { sessionId: claims.sessionId, counter }),
  ]);
  return { standing, access, refresh };
}

async function endReused(core: Core, { call, standing }: { call: Call; standing: Standing }): Promise<void> {
  const { id, userId } = standing.session;
  const now = core.clock.now();
  const entry = auditEntry(call, {
    action: "session.refresh_reused",
    at: now,
    result: "failure",
    actor: null,
    organization: standing.membership?.organization.publicId ?? null,
    target: id,
  });
  await core.sessions.end({ id, userId, now }, entry);
  call.later(core.revocations.publish([id]));
}
