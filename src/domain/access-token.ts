import { type JWTPayload, SignJWT } from "jose";
import { base62 } from "../crypto/ids.ts";
import { SESSION_TOKEN_KINDS, type SessionTokenKind } from "./access.ts";
import { ACCESS_TOKEN_TYPE, accessTokenRules, SIGNING_ALGORITHM } from "./access-rules.ts";
import { AuthError } from "./error.ts";
import type { CredentialId, SessionId } from "./ids.ts";
import type { VerifiedToken } from "./ports/verified-tokens.ts";
import type { Core } from "./ports.ts";
import type { Session } from "./session.ts";
import { type TokenClaims, TokenRefused, type TokenRules, verifyToken } from "./token-verifier.ts";
import { type Account, ROLES, type Role } from "./user.ts";

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

interface CommonClaims {
  readonly subject: string;
  /** epoch seconds */
  readonly expiresAt: number;
}

/** What a user's token says, after it was verified, or one of theirs for their team. */
export interface SessionClaims extends CommonClaims {
  readonly kind: SessionTokenKind;
  readonly sessionId: SessionId;
  readonly organization: string | null;
  readonly role: Role | null;
}

/** The same of a company's token. */
export interface CompanyClaims extends CommonClaims {
  readonly kind: "company";
  readonly credentialId: CredentialId;
  readonly organization: string;
}

export type AccessClaims = SessionClaims | CompanyClaims;

/** A user's token for the session, never longer than the session itself (RFC 9068 §2.2). */
export async function issueAccessToken(core: Core, of: { account: Account; session: Session }): Promise<AccessToken> {
  return signSessionToken(core, { ...of, kind: "user" });
}

/** The same session's token for the team in which it acts, and for its default project; before there is a team, without them. */
export async function issueTeamToken(core: Core, of: { account: Account; session: Session }): Promise<AccessToken> {
  const { membership } = of.account;
  const project = membership === null ? null : await core.projects.defaultOf(membership.organization.id);
  return signSessionToken(core, { ...of, kind: "team", project });
}

/** The same for one project of the team. Throws `not_found` when it has no such project in use. */
export async function issueProjectToken(
  core: Core,
  { project, ...of }: { account: Account; session: Session; project: string },
): Promise<AccessToken> {
  const { membership } = of.account;
  const found = membership === null ? null : await core.projects.byPublicId(membership.organization.id, project);
  if (found === null || found.archivedAt !== null) throw new AuthError("not_found", "no such project in use");
  return signSessionToken(core, { ...of, kind: "team", project });
}

async function signSessionToken(
  core: Core,
  of: { account: Account; session: Session; kind: SessionTokenKind; project?: string | null },
): Promise<AccessToken> {
  const { account, session, kind, project = null } = of;
  const organization = account.membership?.organization.publicId;
  return signAccessToken(core, {
    subject: account.user.publicId,
    expiresInSeconds: Math.min(core.settings.accessTokenTtlSeconds, session.expiresAt - core.clock.now()),
    claims: {
      client_id: session.clientId,
      kind,
      sid: session.id,
      ...(organization === undefined ? {} : { org: organization, role: account.membership?.role }),
      ...(project === null ? {} : { project }),
      amr: session.amr,
      auth_time: session.createdAt,
    },
  });
}

/** The one signer of access tokens, of every kind. */
export async function signAccessToken(
  core: Core,
  {
    subject,
    expiresInSeconds,
    claims,
  }: {
    subject: string;
    expiresInSeconds: number;
    claims: { readonly kind: AccessClaims["kind"]; readonly client_id: string; readonly sid: string } & JWTPayload;
  },
): Promise<AccessToken> {
  const now = core.clock.now();
  const key = await core.keyring.current();
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid: key.kid })
    .setIssuer(core.settings.issuer)
    .setAudience(core.settings.audience)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds)
    .setJti(base62(core.random(16)))
    .sign(key.privateKey);
  return { token, expiresInSeconds };
}

/**
 * Verifies one of our own access tokens: in the Worker an expired token is expired, without any skew. The signature is
 * proven once an isolate; its key is asked for at each use, so that no token outlives it.
 */
export async function verifyAccessToken(core: Core, token: string): Promise<AccessClaims> {
  const now = core.clock.now();
  try {
    const { kid, claims } = await core.verifiedTokens.verified(token, now, () => verifySigned(core, token, now));
    const key = await core.keyring.verifying(kid);
    if (key === null) throw new TokenRefused("unknown_key");
    if (claims.iat > key.lastIssuedAt) throw new TokenRefused("retired_key");
    return accessClaims(claims);
  } catch (error) {
    if (error instanceof TokenRefused)
      throw new AuthError("unauthenticated", `token: ${error.reason}`, {}, { cause: error });
    throw error;
  }
}

async function verifySigned(core: Core, token: string, now: number): Promise<VerifiedToken> {
  let signer = "";
  const keyFor = async (kid: string) => {
    signer = kid;
    return (await core.keyring.verifying(kid))?.publicKey ?? null;
  };
  const claims = await verifyToken(token, keyFor, rulesOf(core), now);
  return { kid: signer, claims };
}

/** What the token said, when `refused` came from one that was genuine and merely expired; else null. */
export function expiredClaimsOf(refused: unknown): AccessClaims | null {
  const cause = refused instanceof AuthError ? refused.cause : null;
  return cause instanceof TokenRefused && cause.claims !== undefined ? accessClaims(cause.claims) : null;
}

function rulesOf({ settings }: Core): TokenRules {
  const { issuer, audience } = settings;
  return accessTokenRules({
    issuer,
    audience,
    maxLifetimeSeconds: ({ kind }) =>
      kind === "company" ? settings.companyAccessTokenTtlSeconds : settings.accessTokenTtlSeconds,
    expirySkewSeconds: 0,
  });
}

function accessClaims({ kind, sub: subject, sid, org, role, exp: expiresAt }: TokenClaims): AccessClaims {
  const organization = typeof org === "string" ? org : null;
  const ofSession = SESSION_TOKEN_KINDS.find((known) => known === kind);
  if (ofSession !== undefined) {
    const known = ROLES.find((known) => known === role) ?? null;
    return { kind: ofSession, subject, expiresAt, sessionId: sid as SessionId, organization, role: known };
  }
  if (kind === "company" && organization !== null) {
    return { kind, subject, expiresAt, credentialId: sid as CredentialId, organization };
  }
  throw new AuthError("unauthenticated", "token: unknown kind");
}
