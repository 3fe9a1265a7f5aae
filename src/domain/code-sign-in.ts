import { accountEntry, auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver, mailTo, smsTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import { noteFailedLogin } from "./failed-login.ts";
import { issueCode, spendCode } from "./one-time-code.ts";
import type { OutboxMessage } from "./outbox.ts";
import type { Core, Credential } from "./ports.ts";
import { finishFirstFactor, type SignInOutcome } from "./sign-in.ts";
import { newTeam } from "./team.ts";

/** Where a code goes: an address (`parseEmail`) or a number (`parsePhone`). */
export interface CodeRecipient {
  readonly channel: "email" | "sms";
  readonly to: string;
}

/** Sends a code to whoever has the address or number; nobody learns whether anybody has. */
export async function sendLoginCode(
  core: Core,
  { call, recipient }: { call: Call; recipient: CodeRecipient },
): Promise<void> {
  await issueCode(core, {
    call,
    subject: { purpose: "login", recipient: recipient.to },
    send: async (code) => {
      const message = messageWith(core, { call, recipient, code });
      await core.loginCodes.send(message, auditEntry(call, { action: "login.code_asked", at: message.createdAt }));
      call.later(deliver(core, message.id));
    },
  });
}

function messageWith(
  core: Core,
  { call, recipient, code }: { call: Call; recipient: CodeRecipient; code: string },
): OutboxMessage {
  const { to, channel } = recipient;
  const facts = { code, lifetimeSeconds: core.settings.otpTtlSeconds };
  const { language } = call;
  return channel === "email"
    ? mailTo(core, { to, language, mail: { kind: "email_code", ...facts } })
    : smsTo(core, { to, language, sms: { kind: "sms_code", ...facts } });
}

/** A code becomes a session, or the demand for the second factor. Throws `wrong_code` for a wrong, spent or old one, and where nobody has the address. */
export async function signInByCode(
  core: Core,
  { call, recipient, code }: { call: Call; recipient: CodeRecipient; code: string },
): Promise<SignInOutcome> {
  const account = await proveRecipient(core, { call, recipient, code });
  const proven = recipient.channel === "email" ? await withProvenAddress(core, { call, account }) : account;
  return finishFirstFactor(core, { call, account: proven, amr: ["otp"] });
}

async function proveRecipient(
  core: Core,
  { call, recipient: { channel, to }, code }: { call: Call; recipient: CodeRecipient; code: string },
): Promise<Credential> {
  try {
    await spendCode(core, { call, subject: { purpose: "login", recipient: to }, code });
    const { users } = core;
    const account = channel === "email" ? await users.credentialByEmail(to) : await users.credentialByPhone(to);
    if (account === null) throw new AuthError("wrong_code", "nobody has the address or number");
    return account;
  } catch (error) {
    if (error instanceof AuthError && error.refusal === "wrong_code") noteFailedLogin(core, { call, account: null });
    throw error;
  }
}

/**
 * A code proves the address that it was mailed to. Where only proven addresses log in, whoever registered it never got in,
 * and what they left behind goes; elsewhere it may be the same person's, who is told. Not so where a second factor is still
 * asked for: a squatter's would stay for good, since only the first proof, by a reset then, drops it.
 */
async function withProvenAddress(
  core: Core,
  { call, account }: { call: Call; account: Credential },
): Promise<Credential> {
  const { id: userId, email, emailVerifiedAt } = account.user;
  const dropPast = core.settings.requireVerifiedEmail;
  if (emailVerifiedAt !== null || (account.hasSecondFactor && !dropPast)) return account;
  const now = core.clock.now();
  const notice = mailTo(core, { to: email, language: call.language, mail: { kind: "login_code_used" } });
  const entry = accountEntry(call, account, { action: "user.email_verified", at: now });
  const proof = { userId, email, team: newTeam(core.random), now };
  const ended = await core.loginCodes.proveAddress(proof, { dropPast, notice }, entry);
  call.later(core.revocations.publish(ended));
  if (dropPast) core.apiKeys.forget(userId);
  else call.later(deliver(core, notice.id));
  const after = await core.users.credentialById(userId);
  if (after?.user.email !== email) throw new AuthError("wrong_code", "the address is no longer the account's");
  return after;
}
