import { type AccessToken, expiredClaimsOf, issueAccessToken } from "./access-token.ts";
import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { Core, RefreshState } from "./ports.ts";
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
  const claims = await claimsOf(core, { refused, refreshToken });
  return claims === null ? null : rotate(core, { call, claims });
}

/**
 * The caller of such a request, and nothing is rotated yet: for what is to be carried out first. Clients read new tokens
 * from good answers alone, so after a refused request the pair that they have must still be the newest.
 */
export async function standingOfExpired(
  core: Core,
  { call, refused, refreshToken }: { call: Call; refused: unknown; refreshToken: string | null },
): Promise<Standing | null> {
  const claims = await claimsOf(core, { refused, refreshToken });
  if (claims === null) return null;
  const state = await core.sessions.refreshState(claims.sessionId, core.clock.now());
  if (state?.counter === claims.counter) return state.standing;
  return (await requireSuccessor(core, { call, claims, state })).standing;
}

async function claimsOf(
  core: Core,
  { refused, refreshToken }: { refused: unknown; refreshToken: string | null },
): Promise<RefreshClaims | null> {
  const expired = expiredClaimsOf(refused);
  if (expired?.kind !== "user" || refreshToken === null) return null;
  const claims = await readRefreshToken(core, refreshToken);
  return claims?.sessionId === expired.sessionId ? claims : null;
}

/**
 * Rotates: the current counter gets a successor; the one before it, within the grace, the same successor again (two tabs,
 * or a lost answer). An older one was stolen or copied: the session ends. A counter ahead of ours was never made.
 */
async function rotate(core: Core, { call, claims }: { call: Call; claims: RefreshClaims }): Promise<Renewed> {
  const now = core.clock.now();
  const state = await core.sessions.rotate({ id: claims.sessionId, counter: claims.counter, now });
  const { counter, standing } = await requireSuccessor(core, { call, claims, state });
  const [access, refresh] = await Promise.all([
    issueAccessToken(core, { account: standing, session: standing.session }),
    issueRefreshToken(core, { sessionId: claims.sessionId, counter }),
  ]);
  return { standing, access, refresh };
}

/** The newest token is the one after the presented one, and that within the grace. */
async function requireSuccessor(
  core: Core,
  { call, claims, state }: { call: Call; claims: RefreshClaims; state: RefreshState | null },
): Promise<RefreshState> {
  if (state === null) throw new AuthError("unauthenticated", "refresh: the session has ended");
  const { counter, rotatedAt, standing } = state;
  if (counter < claims.counter) throw new AuthError("unauthenticated", "refresh: a counter ahead of the session's");
  const isSuccessor = counter === claims.counter + 1;
  if (isSuccessor && core.clock.now() - rotatedAt <= core.settings.refreshGraceSeconds) return state;
  await endReused(core, { call, standing });
  throw new AuthError("unauthenticated", "refresh: an old token was used again, the session is ended");
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
