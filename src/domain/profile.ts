import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver, mailTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import { proveOwnPassword } from "./own-password.ts";
import { checkNewPassword, sealPassword } from "./password-proof.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import type { Account } from "./user.ts";

/** What may be changed of the caller's own profile; what is absent stays. */
export interface ProfileChange {
  readonly fullName?: string | undefined;
}

/** The account as it is after the change. */
export async function changeProfile(
  core: Core,
  { call, caller, change }: { call: Call; caller: Standing; change: ProfileChange },
): Promise<Account> {
  const { user } = caller;
  const fullName = change.fullName ?? user.fullName;
  if (fullName !== user.fullName) {
    const entry = accountEntry(call, caller, { action: "user.renamed", at: core.clock.now() });
    await core.users.rename({ id: user.id, fullName }, entry);
  }
  return { ...caller, user: { ...user, fullName } };
}

/**
 * Proves the current password, sets the new one, ends every other session and tells the account by mail. A refused change
 * leaves all as it was.
 */
export async function changePassword(
  core: Core,
  {
    call,
    caller,
    currentPassword,
    newPassword,
  }: {
    call: Call;
    caller: Standing;
    currentPassword: string;
    newPassword: string;
  },
): Promise<void> {
  const { user, session } = caller;
  checkNewPassword(core, { password: newPassword, email: user.email, name: user.fullName, field: "newPassword" });
  const from = await proveOwnPassword(core, { call, user, password: currentPassword });
  const to = await sealPassword(core, { publicId: user.publicId, password: newPassword });
  const now = core.clock.now();
  const notice = mailTo(core, { to: user.email, language: call.language, mail: { kind: "password_changed" } });
  const ended = await core.users.changePassword(
    { id: user.id, from, to, keep: session.id, now },
    accountEntry(call, caller, { action: "user.password_changed", at: now }),
    notice,
  );
  // Another change won between the proof and the write: what was proven is no longer the password.
  if (ended === null) throw new AuthError("wrong_password", "the password was changed meanwhile");
  call.later(core.revocations.publish(ended));
  call.later(deliver(core, notice.id));
}
