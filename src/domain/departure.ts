import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { deliver, mailTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import type { SealedHash } from "./ids.ts";
import { proveOwnPassword } from "./own-password.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";

/** Who has no password proves by this recent a login that it is they who ask. */
const FRESH_LOGIN_SECONDS = 600;

/**
 * Deletes the caller's account, whose address is free again then. Takes the password, or a login of the last ten minutes
 * where there is none. The last admin of a team with other members has to make another first.
 */
export async function deleteAccount(
  core: Core,
  { call, caller, password }: { call: Call; caller: Standing; password: string | null },
): Promise<void> {
  const { user } = caller;
  const passwordHash = await proveOwner(core, { call, caller, password });
  const now = core.clock.now();
  const farewell = mailTo(core, { to: user.email, language: call.language, mail: { kind: "account_deleted" } });
  const proven = [user.emailVerifiedAt === null ? null : user.email, user.phone].filter((to) => to !== null);
  const recipients = [user.email, user.phone, user.pendingPhone, user.pendingEmail].filter((to) => to !== null);
  const ended = await core.departures.depart(
    { user: user.id, passwordHash, recipients, proven, now },
    // of whom, and nothing of where they were
    {
      ...accountEntry(call, caller, { action: "user.deleted", at: now }),
      address: null,
      country: null,
      userAgent: null,
    },
    farewell,
  );
  if (ended === "last_admin") throw new AuthError("last_admin", "the team would have members and no admin");
  if (ended === "changed") throw new AuthError("wrong_password", "the password was changed meanwhile");
  call.later(core.revocations.publish(ended));
  core.apiKeys.forget(user.id);
  call.later(deliver(core, farewell.id));
}

async function proveOwner(
  core: Core,
  { call, caller, password }: { call: Call; caller: Standing; password: string | null },
): Promise<SealedHash | null> {
  const { user, session } = caller;
  if (password !== null) return proveOwnPassword(core, { call, user, password });
  const credential = await core.users.credentialById(user.id);
  if (credential === null || credential.passwordHash !== null) {
    throw new AuthError("wrong_password", "the account has a password, and none was given");
  }
  if (core.clock.now() - session.createdAt > FRESH_LOGIN_SECONDS) {
    throw new AuthError("wrong_password", "no password, and not a fresh login");
  }
  return null;
}
