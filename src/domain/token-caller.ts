import { COMPANY_ROLE, type VerifiedCredential } from "./access.ts";
import type { AccessClaims, CompanyClaims, SessionClaims } from "./access-token.ts";
import { AuthError } from "./error.ts";
import type { Core, RevocableId } from "./ports.ts";
import type { Standing } from "./session.ts";

/** Who calls a row for sessions: proven in the one read of D1 that the row needs anyway. */
export async function sessionCaller(core: Core, claims: AccessClaims): Promise<Standing> {
  if (claims.kind === "company") {
    await proveCompany(core, claims);
    throw new AuthError("forbidden", "a company's token on a row for sessions");
  }
  const standing = await standingOf(core, claims);
  // What a user may do beyond showing who they are needs their own token: a team's is handed to others.
  if (claims.kind === "team") throw new AuthError("forbidden", "a team's token on a row for sessions");
  return standing;
}

/** What `/verify` answers for a token: from memory when hot; where anything was published of it, by the truth. */
export async function verifiedToken(core: Core, claims: AccessClaims): Promise<VerifiedCredential> {
  return claims.kind === "company" ? verifiedCompany(core, claims) : verifiedUser(core, claims);
}

async function verifiedUser(core: Core, claims: SessionClaims): Promise<VerifiedCredential> {
  const { kind, subject, sessionId, expiresAt } = claims;
  const { organization, role } = await unlessPublished(core, {
    id: sessionId,
    said: claims,
    truth: async () => saidOf(await standingOf(core, claims)),
    isSame: (now) => now.organization === claims.organization && now.role === claims.role,
  });
  return { kind, subject, organization, role, scopes: [], expiresAt };
}

async function verifiedCompany(core: Core, claims: CompanyClaims): Promise<VerifiedCredential> {
  const { kind, subject, credentialId, organization, expiresAt } = claims;
  const truth = () => proveCompany(core, claims);
  await unlessPublished(core, { id: credentialId, said: undefined, truth, isSame: () => true });
  return { kind, subject, organization, role: COMPANY_ROLE, scopes: [], expiresAt };
}

/** What the token said, or the truth, when something was published since it was signed, or KV can't tell. */
async function unlessPublished<Said>(
  core: Core,
  token: { id: RevocableId; said: Said; truth: () => Promise<Said>; isSame: (now: Said) => boolean },
): Promise<Said> {
  const now = core.clock.now();
  const isPublished = await core.revocations.recentlyRevoked(token.id, now).catch(unlessDown);
  if (isPublished === false) return token.said;
  const truth = await token.truth();
  // While KV is down one read serves for some seconds.
  if (isPublished === null) core.revocations.remember(token.id, !token.isSame(truth), now);
  return truth;
}

/** Null: unknown. */
function unlessDown(error: unknown): null {
  if (error instanceof AuthError && error.refusal === "unavailable") return null;
  throw error;
}

/**
 * The truth about the token's session. It may act in another organization by now: a token that names the former one may
 * not act in the new one.
 */
async function standingOf(core: Core, claims: SessionClaims): Promise<Standing> {
  const standing = await core.sessions.standing(claims.sessionId, core.clock.now());
  if (standing === null) throw new AuthError("unauthenticated", "the session has ended");
  if (standing.user.publicId !== claims.subject)
    throw new AuthError("unauthenticated", "the session is another user's");
  if (claims.organization !== null && claims.organization !== standing.membership?.organization.publicId)
    throw new AuthError("unauthenticated", "the session acts in another organization");
  return standing;
}

async function proveCompany(core: Core, { credentialId }: CompanyClaims): Promise<void> {
  const standing = await core.companyCredentials.byId(credentialId, core.clock.now());
  if (standing === null) throw new AuthError("unauthenticated", "the company's credential has ended");
}

/** What a token says of a membership, as it is now. */
function saidOf({ membership }: Standing): Pick<SessionClaims, "organization" | "role"> {
  return { organization: membership?.organization.publicId ?? null, role: membership?.role ?? null };
}
