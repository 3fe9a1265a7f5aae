import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { SessionId } from "./ids.ts";
import { credentialsChanged, firstTokens, groundsOf, newSession, type SignedIn } from "./open-session.ts";
import type { ProvenFactor } from "./ports/second-factors.ts";
import type { Core, Credential } from "./ports.ts";
import { guessSecondFactor, proveSecondFactor, wrongSecondFactor } from "./second-factor-proof.ts";
import type { AuthenticationMethod, Session, Standing } from "./session.ts";
import { readSignedText, signText } from "./signed-text.ts";

/** Long enough to find the phone. */
const PENDING_LOGIN_SECONDS = 300;

/** A temp_token is the session's id, named for what it is, and signed. */
const SESSION_PREFIX = "ses_";
const TEMP_PREFIX = "temp_";

export interface PendingLogin {
  readonly tempToken: string;
  readonly expiresInSeconds: number;
}

/** The first factor is proven and the second is asked for: a session that has not begun. */
export async function beginPendingLogin(
  core: Core,
  { call, account, amr }: { call: Call; account: Credential; amr: readonly AuthenticationMethod[] },
): Promise<PendingLogin> {
  const session = newSession(core, { call, account, amr, lifetimeSeconds: PENDING_LOGIN_SECONDS });
  const tempToken = await tempTokenOf(core, session.id);
  const facts = { action: "login.second_factor_asked", at: session.createdAt, target: session.id } as const;
  const entry = accountEntry(call, account, facts);
  if (!(await core.pendingLogins.begin(session, groundsOf(account), entry))) throw credentialsChanged();
  return { tempToken, expiresInSeconds: PENDING_LOGIN_SECONDS };
}

/**
 * The second factor finishes a login, in whichever dialect it began (`session.clientId`). A wrong code leaves it pending,
 * a fault of ours spends neither the login nor the code.
 */
export async function finishPendingLogin(
  core: Core,
  { call, tempToken, code }: { call: Call; tempToken: string; code: string },
): Promise<SignedIn> {
  const id = await sessionIdOf(core, tempToken);
  const pending = id === null ? null : await core.pendingLogins.find(id, core.clock.now());
  if (pending === null) throw wrongTempToken(id === null ? "not a token of ours" : "not pending, or over");
  return guessSecondFactor(core, {
    call,
    account: pending,
    failure: "login.second_factor_failed",
    check: async () => {
      const proof = await proveSecondFactor(core, { user: pending.user, code });
      return finish(core, { call, pending, proof });
    },
  });
}

async function finish(
  core: Core,
  { call, pending, proof }: { call: Call; pending: Standing; proof: ProvenFactor },
): Promise<SignedIn> {
  const session = begun(core, { call, pending });
  const { id: target, createdAt: at } = session;
  // Signed before it is stored: a fault of the keyring spends nothing.
  const tokens = await firstTokens(core, { account: pending, session });
  const opened = accountEntry(call, pending, { action: "session.opened", at, target });
  const spent = accountEntry(call, pending, { action: "backup_code.spent", at });
  const audits = proof.kind === "backup_code" ? [spent, opened] : [opened];
  const outcome = await core.pendingLogins.finish({ session, proof }, audits);
  if (outcome === "factor_spent") throw wrongSecondFactor("the code was spent meanwhile");
  if (outcome === "login_over") throw wrongTempToken("the login was finished or ended meanwhile");
  return { account: pending, session, ...tokens };
}

/** The session as it is from the moment in which the second factor is proven. */
function begun(core: Core, { call, pending }: { call: Call; pending: Standing }): Session {
  const { session } = pending;
  const now = core.clock.now();
  return {
    ...session,
    createdAt: now,
    expiresAt: now + core.settings.sessionTtlSeconds,
    // RFC 8176 §2: `mfa` besides the methods themselves
    amr: [...new Set<AuthenticationMethod>([...session.amr, "otp", "mfa"])],
    address: call.address,
    country: call.country,
    userAgent: call.userAgent,
  };
}

async function tempTokenOf(core: Core, id: SessionId): Promise<string> {
  return signText(core, { purpose: "mfa-pending", text: id.replace(SESSION_PREFIX, TEMP_PREFIX) });
}

/** Null for what we never made: junk is refused before storage is asked. */
async function sessionIdOf(core: Core, tempToken: string): Promise<SessionId | null> {
  const text = await readSignedText(core, { purpose: "mfa-pending", signed: tempToken });
  return text === null ? null : (text.replace(TEMP_PREFIX, SESSION_PREFIX) as SessionId);
}

function wrongTempToken(why: string): AuthError {
  return new AuthError("wrong_temp_token", why);
}
