import { attempt, passwordAsks } from "./attempt.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import { noteFailedLogin } from "./failed-login.ts";
import { openSession, type SignedIn } from "./open-session.ts";
import { provePassword, sealPassword } from "./password-proof.ts";
import { beginPendingLogin, type PendingLogin } from "./pending-login.ts";
import type { Core, Credential } from "./ports.ts";
import type { AuthenticationMethod } from "./session.ts";

/**
 * Email and password become a session, or the demand for the second factor. Unknown address and wrong password: one
 * answer, one cost, one set of limits.
 */
export async function signIn(
  core: Core,
  { call, email, password }: { call: Call; email: string; password: string },
): Promise<SignInOutcome> {
  const credential = await attempt(core, {
    call,
    asks: passwordAsks({ call, email }),
    counts: ["wrong_credentials"],
    check: () => proveLogin(core, { call, email, password }),
  });
  return finishFirstFactor(core, { call, account: credential, amr: ["pwd"] });
}

async function proveLogin(
  core: Core,
  { call, email, password }: { call: Call; email: string; password: string },
): Promise<Credential> {
  const credential = await core.users.credentialByEmail(email);
  const proof = await provePassword(core, { credential, password });
  if (credential === null || proof === null) {
    noteFailedLogin(core, { call, account: credential });
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

/** What a proven first factor comes to. */
export type SignInOutcome =
  | ({ readonly kind: "signed_in" } & SignedIn)
  | ({ readonly kind: "second_factor" } & PendingLogin);

/**
 * The end of every way in, in every dialect: a session, or the demand for the second factor where the account has one. An
 * address that nobody has proven gets nobody in where the operator asks for that; only who knows the first factor hears of it.
 */
export async function finishFirstFactor(
  core: Core,
  { call, account, amr }: { call: Call; account: Credential; amr: readonly AuthenticationMethod[] },
): Promise<SignInOutcome> {
  if (core.settings.requireVerifiedEmail && account.user.emailVerifiedAt === null) {
    throw new AuthError("email_unverified", "the address is not verified");
  }
  if (account.hasSecondFactor) {
    return { kind: "second_factor", ...(await beginPendingLogin(core, { call, account, amr })) };
  }
  return { kind: "signed_in", ...(await openSession(core, { call, account, amr })) };
}
