import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver, mailTo, smsTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import { type CodeSubject, issueCode, spendCode } from "./one-time-code.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import type { Account, User } from "./user.ts";

/**
 * Asks for another number: a code goes there by SMS, and the account gets the number when the code comes back. Null removes
 * the one that it has. Whether somebody else has it is told only to who proved that it is theirs. Answers the user as they
 * then are.
 */
export async function changePhone(
  core: Core,
  { call, caller, phone }: { call: Call; caller: Standing; phone: string | null },
): Promise<User> {
  if (phone === null) return removePhone(core, { call, caller });
  const { user } = caller;
  await issueCode(core, {
    call,
    subject: subjectOf(phone),
    send: async (code) => {
      const sms = { kind: "sms_code", code, lifetimeSeconds: core.settings.otpTtlSeconds } as const;
      const message = smsTo(core, { to: phone, language: call.language, sms });
      const entry = accountEntry(call, caller, { action: "user.phone_change_asked", at: core.clock.now() });
      await core.phones.ask({ user: user.id, phone, message }, entry);
      call.later(deliver(core, message.id));
    },
  });
  return { ...user, pendingPhone: phone };
}

async function removePhone(core: Core, { call, caller }: { call: Call; caller: Standing }): Promise<User> {
  const entry = accountEntry(call, caller, { action: "user.phone_removed", at: core.clock.now() });
  await core.phones.remove(caller.user.id, entry);
  return { ...caller.user, phone: null, pendingPhone: null };
}

/** The code proves the number. Answers the account as it then is. */
export async function verifyPhone(
  core: Core,
  { call, caller, code }: { call: Call; caller: Standing; code: string },
): Promise<Account> {
  try {
    return await proveNumber(core, { call, caller, code });
  } catch (error) {
    if (error instanceof AuthError && error.refusal === "wrong_code") noteWrongCode(core, { call, caller });
    throw error;
  }
}

/** After the answer, as a failed login is. */
function noteWrongCode(core: Core, { call, caller }: { call: Call; caller: Standing }): void {
  const facts = { action: "user.phone_change_failed", result: "failure", at: core.clock.now() } as const;
  call.later(core.auditLog.write(accountEntry(call, caller, facts)));
}

async function proveNumber(
  core: Core,
  { call, caller, code }: { call: Call; caller: Standing; code: string },
): Promise<Account> {
  const { user } = caller;
  const phone = user.pendingPhone;
  if (phone === null) throw new AuthError("wrong_code", "no number is pending");
  await spendCode(core, { call, subject: subjectOf(phone), code });
  const entry = accountEntry(call, caller, { action: "user.phone_changed", at: core.clock.now() });
  const { language } = call;
  const notice = mailTo(core, { to: user.email, language, mail: { kind: "phone_added", phone } });
  const outcome = await core.phones.confirm({ user: user.id, phone, notice }, entry);
  if (outcome === "phone_taken") throw new AuthError("phone_taken", "another account has the number");
  if (outcome === "not_pending") throw new AuthError("wrong_code", "another number was asked for meanwhile");
  call.later(deliver(core, notice.id));
  return { ...caller, user: { ...user, phone, pendingPhone: null } };
}

function subjectOf(phone: string): CodeSubject {
  return { purpose: "verify_phone", recipient: phone };
}
