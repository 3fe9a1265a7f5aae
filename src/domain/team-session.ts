import { type AccessToken, issueAccessToken, issueProjectToken, issueTeamToken } from "./access-token.ts";
import type { Call } from "./call.ts";
import { verifyEmail } from "./email-verification.ts";
import { openSession, type SignedIn } from "./open-session.ts";
import { finishPendingLogin } from "./pending-login.ts";
import type { Core, Credential } from "./ports.ts";
import type { Session } from "./session.ts";
import { finishFirstFactor, type SignInOutcome } from "./sign-in.ts";
import { type SignUp, signUp } from "./sign-up.ts";
import type { Account } from "./user.ts";

// For clients that act for a team: every way in gives a token of the user and one of the team.

export interface TeamSession {
  readonly access: AccessToken;
  readonly team: AccessToken;
}

export type TeamOutcome =
  | ({ readonly kind: "signed_in" } & TeamSession)
  | Extract<SignInOutcome, { readonly kind: "second_factor" }>;

/** Of the credentials of an account that was just made. */
const FIRST_VERSION = 0;

export async function withTeam(core: Core, outcome: SignInOutcome): Promise<TeamOutcome> {
  if (outcome.kind === "second_factor") return outcome;
  return { kind: outcome.kind, ...(await teamSessionOf(core, outcome)) };
}

async function teamSessionOf(
  core: Core,
  { account, session, access }: Pick<SignedIn, "account" | "session" | "access">,
): Promise<TeamSession> {
  return { access, team: await issueTeamToken(core, { account, session }) };
}

/** The second factor finishes a login, which may have begun where a token of the team belongs to it. */
export async function finishForTeam(
  core: Core,
  { call, tempToken, code }: { call: Call; tempToken: string; code: string },
): Promise<{ readonly signedIn: SignedIn; readonly team: AccessToken }> {
  const signedIn = await finishPendingLogin(core, { call, tempToken, code });
  return { signedIn, team: await issueTeamToken(core, signedIn) };
}

/** Both tokens again, as the membership is now; the team's for the named project, else for the default one. */
export async function renewTeamSession(
  core: Core,
  { account, session, project }: { account: Account; session: Session; project?: string | undefined },
): Promise<TeamSession> {
  const team =
    project === undefined
      ? await issueTeamToken(core, { account, session })
      : await issueProjectToken(core, { account, session, project });
  return { access: await issueAccessToken(core, { account, session }), team };
}

/** A new account that is in at once, without a team yet; null where only a verified address gets in. */
export async function signUpForTeam(
  core: Core,
  { call, ...wanted }: SignUp & { call: Call },
): Promise<TeamSession | null> {
  const { id, user, passwordHash } = await signUp(core, { call, ...wanted });
  if (core.settings.requireVerifiedEmail) return null;
  const account: Credential = {
    user: { ...user, id },
    membership: null,
    hasSecondFactor: false,
    passwordHash,
    version: FIRST_VERSION,
  };
  return teamSessionOf(core, await openSession(core, { call, account, amr: ["pwd"] }));
}

/** The mailed link verifies the address, makes the team, and lets its reader in: it was a secret that only they got. */
export async function verifyAndEnter(core: Core, { call, token }: { call: Call; token: string }): Promise<TeamOutcome> {
  const account = await verifyEmail(core, { call, token });
  return withTeam(core, await finishFirstFactor(core, { call, account, amr: ["otp"] }));
}
