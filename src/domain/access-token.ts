import { SignJWT } from "jose";
import { base62 } from "../crypto/ids.ts";
import { TOKEN_KINDS, type TokenKind } from "./access.ts";
import { AuthError } from "./error.ts";
import type { SessionId } from "./ids.ts";
import { SIGNING_ALGORITHM } from "./keyring.ts";
import type { Core } from "./ports.ts";
import type { Session } from "./session.ts";
import { type TokenClaims, TokenRefused, type TokenRules, verifyToken } from "./token-verifier.ts";
import { type Account, ROLES, type Role } from "./user.ts";

/** RFC 9068 §2.1 */
const ACCESS_TOKEN_TYPE = "at+jwt";

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** What our own access token says, after it was verified. */
export interface AccessClaims {
  readonly kind: TokenKind;
  readonly subject: string;
  readonly sessionId: SessionId;
  readonly organization: string | null;
  readonly role: Role | null;
  /** epoch seconds */
  readonly expiresAt: number;
}

/** A user's token for the session, never longer than the session itself (RFC 9068 §2.2). */
export async function issueAccessToken(
  core: Core,
  { account, session }: { account: Account; session: Session },
): Promise<AccessToken> {
  return sign(core, { account, session, kind: "user", more: {} });
}

/** The same session's token for the team in which it acts, and for its default project; before there is a team, without them. */
export async function issueTeamToken(
  core: Core,
  { account, session }: { account: Account; session: Session },
): Promise<AccessToken> {
  const { membership } = account;
  const project = membership === null ? null : await core.projects.defaultOf(membership.organization.id);
  return sign(core, { account, session, kind: "team", more: project === null ? {} : { project } });
}

async function sign(
  core: Core,
  {
    account,
    session,
    kind,
    more,
  }: { account: Account; session: Session; kind: TokenKind; more: Readonly<Record<string, string>> },
): Promise<AccessToken> {
  const { settings } = core;
  const now = core.clock.now();
  const expiresInSeconds = Math.min(settings.accessTokenTtlSeconds, session.expiresAt - now);
  const key = await core.keyring.current();
  const organization = account.membership?.organization.publicId;
  const token = await new SignJWT({
    client_id: session.clientId,
    kind,
    sid: session.id,
    ...(organization === undefined ? {} : { org: organization, role: account.membership?.role }),
    ...more,
    amr: session.amr,
    auth_time: session.createdAt,
  })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid: key.kid })
    .setIssuer(settings.issuer)
    .setAudience(settings.audience)
    .setSubject(account.user.publicId)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds)
    .setJti(base62(core.random(16)))
    .sign(key.privateKey);
  return { token, expiresInSeconds };
}

/** Verifies one of our own access tokens: in the Worker an expired token is expired, without any skew. */
export async function verifyAccessToken(core: Core, token: string): Promise<AccessClaims> {
  try {
    const keyFor = (kid: string) => core.keyring.publicKey(kid);
    return accessClaims(await verifyToken(token, keyFor, accessTokenRules(core), core.clock.now()));
  } catch (error) {
    if (error instanceof TokenRefused)
      throw new AuthError("unauthenticated", `token: ${error.reason}`, {}, { cause: error });
    throw error;
  }
}

/** What the token said, when `refused` came from one that was genuine and merely expired; else null. */
export function expiredClaimsOf(refused: unknown): AccessClaims | null {
  const cause = refused instanceof AuthError ? refused.cause : null;
  return cause instanceof TokenRefused && cause.claims !== undefined ? accessClaims(cause.claims) : null;
}

function accessTokenRules({ settings }: Core): TokenRules {
  return {
    algorithm: SIGNING_ALGORITHM,
    types: [ACCESS_TOKEN_TYPE],
    issuers: [settings.issuer],
    audience: settings.audience,
    required: ["client_id", "jti", "kind", "sid"],
    maxLifetimeSeconds: () => settings.accessTokenTtlSeconds,
    expirySkewSeconds: 0,
  };
}

function accessClaims(claims: TokenClaims): AccessClaims {
  const { sub, sid, org, role, exp } = claims;
  const kind = TOKEN_KINDS.find((known) => known === claims.kind);
  if (kind === undefined) throw new AuthError("unauthenticated", "token: unknown kind");
  return {
    kind,
    subject: sub,
    sessionId: sid as SessionId,
    organization: typeof org === "string" ? org : null,
    role: ROLES.find((known) => known === role) ?? null,
    expiresAt: exp,
  };
}
