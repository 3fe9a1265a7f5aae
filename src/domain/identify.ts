import type { Access, Callers, VerifiedCredential } from "./access.ts";
import { type AccessClaims, verifyAccessToken } from "./access-token.ts";
import { AuthError, unreachable } from "./error.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";

/** The credentials that a request bears, as they were sent. */
export interface Presented {
  readonly bearer: string | null;
}

/** Who calls, for the column `access`. Throws `unauthenticated`, whatever is the matter with the credential. */
export async function identify<A extends Access>(
  core: Core,
  { access, presented }: { access: A; presented: Presented },
): Promise<Callers[A]>;
export async function identify(
  core: Core,
  { access, presented }: { access: Access; presented: Presented },
): Promise<Callers[Access]> {
  switch (access) {
    case "public":
      return null;
    case "session":
      return standingOf(core, await claimsOf(core, presented));
    case "verify":
      return verifiedCredential(core, await claimsOf(core, presented));
    default:
      return unreachable(access);
  }
}

async function claimsOf(core: Core, { bearer }: Presented): Promise<AccessClaims> {
  if (bearer === null) throw new AuthError("unauthenticated", "no credential");
  return verifyAccessToken(core, bearer);
}

/** The truth about the token's session, in the one read that the row needs anyway. */
async function standingOf(core: Core, claims: AccessClaims): Promise<Standing> {
  const standing = await core.sessions.standing(claims.sessionId, core.clock.now());
  if (standing === null) throw new AuthError("unauthenticated", "the session has ended");
  if (standing.user.publicId !== claims.subject)
    throw new AuthError("unauthenticated", "the session is another user's");
  return standing;
}

/** From memory when hot. KV down costs one read of D1 instead. */
async function verifiedCredential(core: Core, claims: AccessClaims): Promise<VerifiedCredential> {
  if (await isRevoked(core, claims)) throw new AuthError("unauthenticated", "the session has ended");
  const { kind, subject, organization, role, expiresAt } = claims;
  return { kind, subject, organization, role, scopes: [], expiresAt };
}

async function isRevoked(core: Core, { sessionId }: AccessClaims): Promise<boolean> {
  const now = core.clock.now();
  try {
    return await core.revocations.recentlyRevoked(sessionId, now);
  } catch (error) {
    if (!(error instanceof AuthError) || error.refusal !== "unavailable") throw error;
    const revoked = (await core.sessions.standing(sessionId, now)) === null;
    core.revocations.remember(sessionId, revoked, now);
    return revoked;
  }
}
