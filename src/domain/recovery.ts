import { limitKeyOf } from "./attempt.ts";
import { accountEntry, auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver, mailTo } from "./delivery.ts";
import { deadLink, newLink, readLink, sendLimited } from "./mailed-link.ts";
import { checkNewPassword, sealPassword } from "./password-proof.ts";
import type { Core } from "./ports.ts";
import { newTeam } from "./team.ts";

/** Mails a link for a new password, if the address has an account. Nothing that can be seen or counted tells whether it has. */
export async function askPasswordReset(core: Core, { call, email }: { call: Call; email: string }): Promise<void> {
  await sendLimited(core, {
    call,
    email,
    send: async () => {
      const link = newLink(core, { call, kind: "reset_password", email });
      await core.recovery.ask(link, auditEntry(call, { action: "user.password_reset_asked", at: core.clock.now() }));
      call.later(deliver(core, link.message.id));
    },
  });
}

/**
 * The mailed link sets a new password. Every session ends, and nobody is logged in: the second factor, where there is one,
 * is still asked. A password that is refused leaves the link good.
 */
export async function resetPassword(
  core: Core,
  { call, token, newPassword }: { call: Call; token: string; newPassword: string },
): Promise<void> {
  const { account, tokenHash } = await readLink(core, { kind: "reset_password", token });
  const { email, fullName, publicId } = account.user;
  checkNewPassword(core, { password: newPassword, email, name: fullName, field: "newPassword" });
  const passwordHash = await sealPassword(core, { publicId, password: newPassword });
  const now = core.clock.now();
  const notice = mailTo(core, { to: email, language: call.language, mail: { kind: "password_changed" } });
  const ended = await core.recovery.reset(
    { tokenHash, kind: "reset_password", now, by: call.id },
    { passwordHash, team: newTeam(core.random), notice },
    accountEntry(call, account, { action: "user.password_reset", at: now }),
  );
  if (ended === null) throw deadLink("reset_password: spent meanwhile");
  call.later(core.revocations.publish(ended));
  // of an address that nobody had proven the keys went, too
  core.apiKeys.forget(account.user.id);
  call.later(core.limiter.clear(core.settings.limits["login:account"], limitKeyOf(email)));
  call.later(deliver(core, notice.id));
}
