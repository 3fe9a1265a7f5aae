import { publicId } from "../crypto/ids.ts";
import { attempt, limitKeyOf } from "./attempt.ts";
import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { deliver, mailTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import type { UserId } from "./ids.ts";
import { newLink } from "./mailed-link.ts";
import { checkNewPassword, sealPassword } from "./password-proof.ts";
import type { Core, NewAccount } from "./ports.ts";
import { NOTHING_PROVEN } from "./user.ts";

export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly fullName: string;
  /** null: a team is made once the address is verified */
  readonly organizationName: string | null;
}

export interface SignedUp extends NewAccount {
  readonly id: UserId;
}

/** A new user, who is the admin of a new organization, and a mail that asks whether the address is theirs. */
export async function signUp(core: Core, asked: SignUp & { call: Call }): Promise<SignedUp> {
  return limited(core, asked, () => register(core, asked));
}

/**
 * The same for whoever may not learn whether the address has an account: nothing that can be seen or counted tells. The
 * address does, by one mail or the other.
 */
export async function signUpUnseen(core: Core, asked: SignUp & { call: Call }): Promise<void> {
  await limited(core, asked, async () => {
    try {
      await register(core, asked);
    } catch (error) {
      if (!(error instanceof AuthError) || error.refusal !== "email_taken") throw error;
      await refuseUnseen(core, asked);
    }
  });
}

async function limited<Result>(
  core: Core,
  { call, email, password, fullName }: SignUp & { call: Call },
  check: () => Promise<Result>,
): Promise<Result> {
  checkNewPassword(core, { password, email, name: fullName, field: "password" });
  return attempt(core, {
    call,
    asks: [{ name: "register:ip", key: clientKeyOf(call.address) }],
    counts: "success",
    check,
  });
}

/** Costs what a registration does: a hash, a write, and a message after the answer. */
async function refuseUnseen(core: Core, { call, email, password }: SignUp & { call: Call }): Promise<void> {
  await sealPassword(core, { publicId: publicId({ prefix: "user", random: core.random }), password });
  const at = core.clock.now();
  await core.auditLog.write(auditEntry(call, { action: "user.registered", at, result: "failure" }));
  call.later(tellHolder(core, { call, email }));
}

/**
 * As often as a link may be asked for, and no more: whoever fills in forms fills nobody's mailbox. Counted beside the budget
 * of resets, or what is left of that would tell that the address has an account.
 */
async function tellHolder(core: Core, { call, email }: { call: Call; email: string }): Promise<void> {
  const limit = core.settings.limits["recover:recipient"];
  const { allowed } = await core.limiter.reserve(limit, limitKeyOf(`registration:${email}`), core.clock.now());
  if (!allowed) return;
  const message = mailTo(core, { to: email, language: call.language, mail: { kind: "address_taken" } });
  await core.outbox.tellUser(message);
  await deliver(core, message.id);
}

async function register(core: Core, { call, ...wanted }: SignUp & { call: Call }): Promise<SignedUp> {
  const { email, fullName, organizationName } = wanted;
  const now = core.clock.now();
  // Before the hashing: whoever asks for taken addresses all day costs no more than a read. The store has the last word.
  if (await core.users.isEmailTaken(email, now)) throw emailTaken();
  const userId = publicId({ prefix: "user", random: core.random });
  const organizationId = publicId({ prefix: "org", random: core.random });
  const account: NewAccount = {
    user: { publicId: userId, email, fullName, createdAt: now, ...NOTHING_PROVEN },
    organization: organizationName === null ? null : { publicId: organizationId, name: organizationName },
    role: "admin",
    passwordHash: await sealPassword(core, { publicId: userId, password: wanted.password }),
  };
  const organization = account.organization?.publicId ?? null;
  const entry = auditEntry(call, { action: "user.registered", at: now, actor: userId, organization, target: userId });
  const link = newLink(core, { call, kind: "verify_email", email });
  const id = await core.users.register(account, link, entry);
  if (id === "email_taken") throw emailTaken();
  call.later(deliver(core, link.message.id));
  return { ...account, id };
}

function emailTaken(): AuthError {
  return new AuthError("email_taken", "the address has an account, or its former one may take it back");
}

/** Whether the address can't be registered any more, under a limit: the answer is what a prober would collect. */
export async function emailExists(core: Core, { call, email }: { call: Call; email: string }): Promise<boolean> {
  return attempt(core, {
    call,
    asks: [{ name: "exist:ip", key: clientKeyOf(call.address) }],
    counts: "success",
    check: () => core.users.isEmailTaken(email, core.clock.now()),
  });
}
