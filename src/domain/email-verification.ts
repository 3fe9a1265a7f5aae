import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver } from "./delivery.ts";
import { AuthError } from "./error.ts";
import { deadLink, newLink, readLink, sendLimited } from "./mailed-link.ts";
import type { Core, Credential } from "./ports.ts";
import type { Standing } from "./session.ts";
import { newTeam } from "./team.ts";

/** Mails the caller a new link, if the address isn't verified yet; the older one is dead then. */
export async function resendVerification(
  core: Core,
  { call, caller, captcha }: { call: Call; caller: Standing; captcha: string | undefined },
): Promise<void> {
  const { id, email, emailVerifiedAt } = caller.user;
  await sendLimited(core, {
    call,
    email,
    send: async () => {
      await proveHuman(core, { call, captcha });
      if (emailVerifiedAt !== null) return;
      const link = newLink(core, { call, kind: "verify_email", email });
      const entry = accountEntry(call, caller, { action: "user.email_verification_asked", at: core.clock.now() });
      if (await core.emailVerification.ask(id, link, entry)) call.later(deliver(core, link.message.id));
    },
  });
}

async function proveHuman(core: Core, { call, captcha }: { call: Call; captcha: string | undefined }): Promise<void> {
  if (core.captcha === null) return;
  const isSolved = captcha !== undefined && (await core.captcha.isSolved({ token: captcha, address: call.address }));
  if (!isSolved) throw new AuthError("captcha_refused", captcha === undefined ? "no captcha" : "captcha not solved");
}

/** Spends the mailed link: the address is verified, and its user has a team and a project. Answers the account as it then is. */
export async function verifyEmail(core: Core, { call, token }: { call: Call; token: string }): Promise<Credential> {
  const { account, tokenHash } = await readLink(core, { kind: "verify_email", token });
  const now = core.clock.now();
  const spend = { tokenHash, kind: "verify_email", now, by: call.id } as const;
  const entry = accountEntry(call, account, { action: "user.email_verified", at: now });
  const verified = await core.emailVerification.verify(spend, newTeam(core.random), entry);
  const after = verified ? await core.users.credentialById(account.user.id) : null;
  if (after === null) throw deadLink("verify_email: spent meanwhile");
  return after;
}
