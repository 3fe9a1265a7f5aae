import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver, mailTo } from "./delivery.ts";
import { askEmailChange } from "./email-change.ts";
import { AuthError } from "./error.ts";
import type { SealedHash } from "./ids.ts";
import { proveOwnPassword } from "./own-password.ts";
import { checkNewPassword, sealPassword } from "./password-proof.ts";
import { changePhone } from "./phone.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import type { Account, User } from "./user.ts";

/** What may be changed of the caller's own profile; what is absent stays. */
export interface ProfileChange {
  readonly fullName?: string | undefined;
  readonly email?: string | undefined;
  /** null removes it */
  readonly phone?: string | null | undefined;
}

/** The account as it is after the change. What others may have taken comes first: the likeliest refusal changes nothing. */
export async function changeProfile(
  core: Core,
  { call, caller, change }: { call: Call; caller: Standing; change: ProfileChange },
): Promise<Account> {
  const { email, phone, fullName } = change;
  let standing = caller;
  if (email !== undefined) standing = withUser(standing, await askEmailChange(core, { call, caller: standing, email }));
  if (phone !== undefined) standing = withUser(standing, await changePhone(core, { call, caller: standing, phone }));
  if (fullName !== undefined) standing = withUser(standing, await rename(core, { call, caller: standing, fullName }));
  return standing;
}

function withUser(caller: Standing, user: User): Standing {
  return { ...caller, user };
}

async function rename(
  core: Core,
  { call, caller, fullName }: { call: Call; caller: Standing; fullName: string },
): Promise<User> {
  const { user } = caller;
  if (fullName === user.fullName) return user;
  const entry = accountEntry(call, caller, { action: "user.renamed", at: core.clock.now() });
  await core.users.rename({ id: user.id, fullName }, entry);
  return { ...user, fullName };
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
  const prove = () => proveOwnPassword(core, { call, user, password: currentPassword });
  const proven = await prove();
  const to = await sealPassword(core, { publicId: user.publicId, password: newPassword });
  const now = core.clock.now();
  const notice = mailTo(core, { to: user.email, language: call.language, mail: { kind: "password_changed" } });
  const entry = accountEntry(call, caller, { action: "user.password_changed", at: now });
  const change = (from: SealedHash) =>
    core.users.changePassword({ id: user.id, from, to, keep: session.id, now }, entry, notice);
  // Once more where the same password was merely hashed or sealed anew; after another change it is a wrong one.
  const ended = (await change(proven)) ?? (await change(await prove()));
  if (ended === null) throw new AuthError("wrong_password", "the password was changed meanwhile");
  call.later(core.revocations.publish(ended));
  call.later(deliver(core, notice.id));
}
