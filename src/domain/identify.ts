import type { Access, Callers, VerifiedCredential } from "./access.ts";
import { type AccessClaims, verifyAccessToken } from "./access-token.ts";
import type { Call } from "./call.ts";
import { AuthError, unreachable } from "./error.ts";
import { keyCaller, verifiedKey } from "./key-caller.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";

/** The credentials that a request bears, as they were sent. */
export interface Presented {
  readonly bearer: string | null;
  readonly apiKey: string | null;
}

/**
 * Who calls, for the column `access`. Throws `unauthenticated`, whatever is the matter with the credential; `forbidden` when
 * a good one is of a kind that the row doesn't take.
 */
export async function identify<A extends Access>(
  core: Core,
  asked: { call: Call; access: A; presented: Presented },
): Promise<Callers[A]>;
export async function identify(
  core: Core,
  { call, access, presented }: { call: Call; access: Access; presented: Presented },
): Promise<Callers[Access]> {
  if (access === "public") return null;
  const { bearer, apiKey } = presented;
  // Which of the two was meant can't be known, and they may be of different users.
  if (bearer !== null && apiKey !== null) throw new AuthError("unauthenticated", "two credentials");
  if (apiKey !== null) return byKey(core, { call, access, apiKey });
  if (bearer === null) throw new AuthError("unauthenticated", "no credential");
  const claims = await verifyAccessToken(core, bearer);
  return access === "verify" ? verifiedCredential(core, claims) : userStanding(core, claims);
}

async function byKey(
  core: Core,
  { call, access, apiKey }: { call: Call; access: Exclude<Access, "public">; apiKey: string },
): Promise<Callers[Access]> {
  switch (access) {
    case "verify":
      return verifiedKey(core, { call, apiKey });
    case "account":
      return keyCaller(core, { call, apiKey });
    case "session":
      await keyCaller(core, { call, apiKey });
      throw new AuthError("forbidden", "an API key on a row for sessions");
    default:
      return unreachable(access);
  }
}

/** What a user may do beyond showing who they are needs their own token: a team's is handed to others. */
async function userStanding(core: Core, claims: AccessClaims): Promise<Standing> {
  const standing = await standingOf(core, claims);
  if (claims.kind !== "user") throw new AuthError("forbidden", `a token of the kind ${claims.kind}`);
  return standing;
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
