import { publicId } from "../crypto/ids.ts";
import { type AccessToken, issueAccessToken } from "./access-token.ts";
import { attempt, passwordAsks } from "./attempt.ts";
import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { SessionId } from "./ids.ts";
import { provePassword, sealPassword } from "./password-proof.ts";
import type { Core, Credential } from "./ports.ts";
import { issueRefreshToken, type RefreshToken } from "./refresh-token.ts";
import type { AuthenticationMethod, Session } from "./session.ts";
import type { Account } from "./user.ts";

export interface SignedIn {
  readonly account: Account;
  readonly session: Session;
  readonly access: AccessToken;
  /** for the dialects that hand one out */
  readonly refresh: RefreshToken;
}

/** Email and password become a session. Unknown address and wrong password: one answer, one cost, one set of limits. */
export async function signIn(
  core: Core,
  { call, email, password }: { call: Call; email: string; password: string },
): Promise<SignedIn> {
  const credential = await attempt(core, {
    call,
    asks: passwordAsks({ call, email }),
    counts: ["wrong_credentials"],
    check: () => proveLogin(core, { call, email, password }),
  });
  return openSession(core, { call, account: credential, amr: ["pwd"] });
}

async function proveLogin(
  core: Core,
  { call, email, password }: { call: Call; email: string; password: string },
): Promise<Credential> {
  const credential = await core.users.credentialByEmail(email);
  const proof = await provePassword(core, { credential, password });
  if (credential === null || proof === null) {
    // The same write for an unknown address as for a wrong password, and after the answer.
    const target = credential?.user.publicId ?? null;
    const entry = auditEntry(call, { action: "login.failed", at: core.clock.now(), result: "failure", target });
    call.later(core.auditLog.write(entry));
    throw new AuthError("wrong_credentials", credential === null ? "unknown address" : "wrong password");
  }
  if (proof.outdated) call.later(upgradeHash(core, { credential, password }));
  return credential;
}

async function upgradeHash(
  core: Core,
  { credential, password }: { credential: Credential; password: string },
): Promise<void> {
  const { user, passwordHash } = credential;
  if (passwordHash === null) return;
  const to = await sealPassword(core, { publicId: user.publicId, password });
  await core.users.upgradePasswordHash({ id: user.id, from: passwordHash, to });
}

/** The end of every way in: a session and its first token. */
export async function openSession(
  core: Core,
  { call, account, amr }: { call: Call; account: Credential; amr: readonly AuthenticationMethod[] },
): Promise<SignedIn> {
  const now = core.clock.now();
  const { user, membership } = account;
  const session: Session = {
    id: publicId({ prefix: "ses", random: core.random }) as SessionId,
    userId: user.id,
    clientId: call.clientId,
    createdAt: now,
    expiresAt: now + core.settings.sessionTtlSeconds,
    amr,
    address: call.address,
    country: call.country,
    userAgent: call.userAgent,
  };
  // Signed before it is stored: a fault of the keyring leaves no session behind.
  const [access, refresh] = await Promise.all([
    issueAccessToken(core, { account, session }),
    issueRefreshToken(core, { sessionId: session.id, counter: 0 }),
  ]);
  const entry = auditEntry(call, {
    action: "session.opened",
    at: now,
    actor: user.publicId,
    organization: membership?.organization.publicId ?? null,
    target: session.id,
  });
  const under = { organization: membership?.organization.id ?? null, version: account.version };
  const opened = await core.sessions.open(session, under, entry);
  // What was proven is no longer the credential: its change ended all sessions, and this one would outlive that.
  if (!opened) throw new AuthError("wrong_credentials", "the credentials were changed meanwhile");
  return { account, session, access, refresh };
}
