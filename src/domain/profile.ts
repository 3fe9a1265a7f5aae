import { attempt, passwordAsks } from "./attempt.ts";
import { type AuditAction, type AuditEntry, auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver, mailTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import { checkNewPassword, provePassword, sealPassword } from "./password-proof.ts";
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
  const { user, membership } = caller;
  const fullName = change.fullName ?? user.fullName;
  if (fullName !== user.fullName) {
    await core.users.rename({ id: user.id, fullName }, ownAudit(core, { call, caller, action: "user.renamed" }));
  }
  return { user: { ...user, fullName }, membership };
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
  const from = await attempt(core, {
    call,
    asks: passwordAsks({ call, email: user.email }),
    counts: ["wrong_password"],
    check: async () => {
      const credential = await core.users.credentialById(user.id);
      const proof = await provePassword(core, { credential, password: currentPassword });
      if (proof === null || !credential?.passwordHash) throw new AuthError("wrong_password", "wrong current password");
      return credential.passwordHash;
    },
  });
  const to = await sealPassword(core, { publicId: user.publicId, password: newPassword });
  const entry = ownAudit(core, { call, caller, action: "user.password_changed" });
  const notice = mailTo(core, { to: user.email, language: call.language, mail: { kind: "password_changed" } });
  const ended = await core.users.changePassword(
    { id: user.id, from, to, keep: session.id, now: core.clock.now() },
    entry,
    notice,
  );
  // Another change won between the proof and the write: what was proven is no longer the password.
  if (ended === null) throw new AuthError("wrong_password", "the password was changed meanwhile");
  call.later(core.revocations.publish(ended));
  call.later(deliver(core, notice.id));
}

function ownAudit(
  core: Core,
  { call, caller, action }: { call: Call; caller: Standing; action: AuditAction },
): AuditEntry {
  const organization = caller.membership?.organization.publicId ?? null;
  const actor = caller.user.publicId;
  return auditEntry(call, { action, at: core.clock.now(), actor, organization, target: actor });
}
