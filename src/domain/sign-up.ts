import { publicId } from "../crypto/ids.ts";
import { attempt } from "./attempt.ts";
import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { AuthError } from "./error.ts";
import { checkNewPassword, sealPassword } from "./password-proof.ts";
import type { Core, NewAccount } from "./ports.ts";

export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly fullName: string;
  readonly organizationName: string;
}

/** A new user, who is the admin of a new organization. */
export async function signUp(core: Core, { call, ...wanted }: SignUp & { call: Call }): Promise<NewAccount> {
  checkNewPassword(core, { password: wanted.password, email: wanted.email, name: wanted.fullName, field: "password" });
  return attempt(core, {
    call,
    asks: [{ name: "register:ip", key: clientKeyOf(call.address) }],
    counts: "success",
    check: () => register(core, { call, ...wanted }),
  });
}

async function register(core: Core, { call, ...wanted }: SignUp & { call: Call }): Promise<NewAccount> {
  // Before the hashing: whoever asks for taken addresses all day costs no more than a read. The store has the last word.
  if ((await core.users.credentialByEmail(wanted.email)) !== null) throw emailTaken();
  const userId = publicId({ prefix: "user", random: core.random });
  const organizationId = publicId({ prefix: "org", random: core.random });
  const now = core.clock.now();
  const account: NewAccount = {
    user: { publicId: userId, email: wanted.email, fullName: wanted.fullName, createdAt: now },
    organization: { publicId: organizationId, name: wanted.organizationName },
    role: "admin",
    passwordHash: await sealPassword(core, { publicId: userId, password: wanted.password }),
  };
  const entry = auditEntry(call, {
    action: "user.registered",
    at: now,
    actor: userId,
    organization: organizationId,
    target: userId,
  });
  if ((await core.users.register(account, entry)) === "email_taken") {
    throw emailTaken();
  }
  return account;
}

function emailTaken(): AuthError {
  return new AuthError("email_taken", "the address has an account");
}
