import { publicId } from "../crypto/ids.ts";
import { attempt } from "./attempt.ts";
import { accountEntry, auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { deliver, mailTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import { noteFailedLogin } from "./failed-login.ts";
import { type GoogleIdentity, proveGoogleToken } from "./google-identity.ts";
import type { Identity } from "./ports/identities.ts";
import type { Core, Credential } from "./ports.ts";
import { finishFirstFactor, type SignInOutcome } from "./sign-in.ts";
import { newTeam } from "./team.ts";
import { NOTHING_PROVEN } from "./user.ts";

/** Of the name that Google tells: at most what any name may have. */
const NAME_MAX_LENGTH = 200;

/**
 * A token of Google's becomes a session, or the demand for the second factor: of the account that has the identity, or the
 * address, or a new one. Throws `identity_refused`, also when `email` is given and isn't the token's.
 */
export async function signInByGoogle(
  core: Core,
  { call, token, email }: { call: Call; token: string; email?: string | undefined },
): Promise<SignInOutcome> {
  const google = await attempt(core, {
    call,
    asks: [{ name: "login:ip", key: clientKeyOf(call.address) }],
    counts: ["identity_refused"],
    check: () => prove(core, { call, token, email }),
  });
  const account = await accountOf(core, { call, google });
  return finishFirstFactor(core, { call, account, amr: ["fed"] });
}

async function prove(
  core: Core,
  { call, token, email }: { call: Call; token: string; email: string | undefined },
): Promise<GoogleIdentity> {
  try {
    const proven = await proveGoogleToken(core, token);
    if (email === undefined || email === proven.email) return proven;
    throw new AuthError("identity_refused", "google: the token is for another address");
  } catch (error) {
    if (error instanceof AuthError && error.refusal === "identity_refused")
      noteFailedLogin(core, { call, account: null });
    throw error;
  }
}

async function accountOf(core: Core, { call, google }: { call: Call; google: GoogleIdentity }): Promise<Credential> {
  const identity: Identity = { provider: "google", subject: google.subject };
  const known = await core.users.credentialByIdentity(identity);
  if (known !== null) return known;
  const sameAddress = await core.users.credentialByEmail(google.email);
  if (sameAddress === null) await createAccount(core, { call, google, identity });
  else await linkAccount(core, { call, account: sameAddress, identity });
  // Whoever won, a parallel login of the same person included, has it now.
  const account = await core.users.credentialByIdentity(identity);
  if (account === null) throw new AuthError("email_taken", "google: the address is another's by now, or reserved");
  return account;
}

/** Google has verified the address: if nobody had, what was made before by whoever registered it goes. */
async function linkAccount(
  core: Core,
  { call, account, identity }: { call: Call; account: Credential; identity: Identity },
): Promise<void> {
  const now = core.clock.now();
  const { id: userId, email } = account.user;
  const entry = accountEntry(call, account, { action: "user.identity_linked", at: now });
  const notice = mailTo(core, { to: email, language: call.language, mail: { kind: "identity_linked" } });
  const what = { identity, userId, email, team: newTeam(core.random), notice, now };
  const ended = await core.identities.link(what, entry);
  if (ended === null) return;
  call.later(deliver(core, notice.id));
  call.later(core.revocations.publish(ended));
  core.apiKeys.forget(userId);
}

async function createAccount(
  core: Core,
  { call, google, identity }: { call: Call; google: GoogleIdentity; identity: Identity },
): Promise<void> {
  await attempt(core, {
    call,
    asks: [{ name: "register:ip", key: clientKeyOf(call.address) }],
    counts: "success",
    check: async () => {
      const at = core.clock.now();
      const target = publicId({ prefix: "user", random: core.random });
      const { email } = google;
      const team = newTeam(core.random);
      const user = {
        ...NOTHING_PROVEN,
        ...{ publicId: target, email, fullName: nameOf(google), createdAt: at, emailVerifiedAt: at },
      };
      const { organization } = team;
      const entry = auditEntry(call, { action: "user.registered", at, actor: target, organization, target });
      await core.identities.create({ identity, user, team }, entry);
    },
  });
}

/** Without a usable name of Google's, what stands before the @. */
function nameOf({ name, email }: GoogleIdentity): string {
  const given = [...(name ?? "").replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, " ").trim()]
    .slice(0, NAME_MAX_LENGTH)
    .join("");
  return given === "" ? email.slice(0, email.indexOf("@")) : given;
}
