import { publicId } from "../crypto/ids.ts";
import { type AccessToken, issueAccessToken } from "./access-token.ts";
import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { SessionId } from "./ids.ts";
import type { Core, Credential } from "./ports.ts";
import { issueRefreshToken, type RefreshToken } from "./refresh-token.ts";
import type { AuthenticationMethod, Session, SessionGrounds } from "./session.ts";
import type { Account } from "./user.ts";

export interface SignedIn {
  readonly account: Account;
  readonly session: Session;
  readonly access: AccessToken;
  /** for the dialects that hand one out */
  readonly refresh: RefreshToken;
}

/** A session of this call that is stored nowhere yet. */
export function newSession(
  core: Core,
  {
    call,
    account,
    amr,
    lifetimeSeconds,
  }: { call: Call; account: Account; amr: readonly AuthenticationMethod[]; lifetimeSeconds: number },
): Session {
  const now = core.clock.now();
  return {
    id: publicId({ prefix: "ses", random: core.random }) as SessionId,
    userId: account.user.id,
    clientId: call.clientId,
    createdAt: now,
    expiresAt: now + lifetimeSeconds,
    amr,
    address: call.address,
    country: call.country,
    userAgent: call.userAgent,
  };
}

/** The end of every way in without a second factor: a session and its first token. */
export async function openSession(
  core: Core,
  { call, account, amr }: { call: Call; account: Credential; amr: readonly AuthenticationMethod[] },
): Promise<SignedIn> {
  const session = newSession(core, { call, account, amr, lifetimeSeconds: core.settings.sessionTtlSeconds });
  // Signed before it is stored: a fault of the keyring leaves no session behind.
  const tokens = await firstTokens(core, { account, session });
  const entry = accountEntry(call, account, { action: "session.opened", at: session.createdAt, target: session.id });
  if (!(await core.sessions.open(session, groundsOf(account), entry))) throw credentialsChanged();
  return { account, session, ...tokens };
}

export function groundsOf({ membership, version }: Credential): SessionGrounds {
  return { organization: membership?.organization.id ?? null, version };
}

/** What was proven is no longer the credential, or the membership was ended: that ended all sessions, and this one would outlive it. */
export function credentialsChanged(): AuthError {
  return new AuthError("wrong_credentials", "the credentials were changed meanwhile, or no active membership");
}

/** The tokens that a session begins with. */
export async function firstTokens(
  core: Core,
  { account, session }: { account: Account; session: Session },
): Promise<Pick<SignedIn, "access" | "refresh">> {
  const [access, refresh] = await Promise.all([
    issueAccessToken(core, { account, session }),
    issueRefreshToken(core, { sessionId: session.id, counter: 0 }),
  ]);
  return { access, refresh };
}
