import { publicId } from "../crypto/ids.ts";
import { attempt } from "./attempt.ts";
import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { deliver } from "./delivery.ts";
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
export async function signUp(core: Core, { call, ...wanted }: SignUp & { call: Call }): Promise<SignedUp> {
  checkNewPassword(core, { password: wanted.password, email: wanted.email, name: wanted.fullName, field: "password" });
  return attempt(core, {
    call,
    asks: [{ name: "register:ip", key: clientKeyOf(call.address) }],
    counts: "success",
    check: () => register(core, { call, ...wanted }),
  });
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
