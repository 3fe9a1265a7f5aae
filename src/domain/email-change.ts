import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { type ChallengeKind, newChallenge } from "./challenge.ts";
import { deliver } from "./delivery.ts";
import { AuthError } from "./error.ts";
import { deadLink, newLink, newUndoLink, readLink, sendLimited } from "./mailed-link.ts";
import type { EmailChanged, Ended } from "./ports/email-changes.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import { newTeam } from "./team.ts";
import type { User } from "./user.ts";

/**
 * Asks for another address: the account keeps its own until the link mailed to the new one is used, and its own is told,
 * with a link that undoes the change. Asking for the own address drops what was pending. Answers the user as they then are.
 */
export async function askEmailChange(
  core: Core,
  { call, caller, email }: { call: Call; caller: Standing; email: string },
): Promise<User> {
  const { user } = caller;
  if (email === user.email) return dropEmailChange(core, { call, caller });
  await sendLimited(core, { call, email, send: () => mailBoth(core, { call, caller, email }) });
  return { ...user, pendingEmail: email };
}

async function mailBoth(
  core: Core,
  { call, caller, email }: { call: Call; caller: Standing; email: string },
): Promise<void> {
  const { user, session } = caller;
  const now = core.clock.now();
  const confirm = newLink(core, { call, kind: "confirm_email_change", email });
  const undo = newUndoLink(core, { call, email: user.email, newEmail: email });
  const entry = accountEntry(call, caller, { action: "user.email_change_asked", at: now });
  const asked = await core.emailChanges.ask({ user: user.id, session: session.id, confirm, undo, now }, entry);
  if (!asked) throw new AuthError("email_taken", "another account has the address, or may take it back");
  call.later(deliver(core, confirm.message.id));
  call.later(deliver(core, undo.message.id));
}

async function dropEmailChange(core: Core, { call, caller }: { call: Call; caller: Standing }): Promise<User> {
  const { user } = caller;
  if (user.pendingEmail === null) return user;
  const entry = accountEntry(call, caller, { action: "user.email_change_dropped", at: core.clock.now() });
  await core.emailChanges.drop(user.id, entry);
  return { ...user, pendingEmail: null };
}

/** The link mailed to the new address: it is the account's from now on, and the other sessions end. */
export async function confirmEmailChange(core: Core, { call, token }: { call: Call; token: string }): Promise<void> {
  const { account, tokenHash } = await readLink(core, { kind: "confirm_email_change", token });
  const now = core.clock.now();
  const ended = await core.emailChanges.confirm(
    { tokenHash, kind: "confirm_email_change", now, by: call.id },
    newTeam(core.random),
    accountEntry(call, account, { action: "user.email_changed", at: now }),
  );
  call.later(core.revocations.publish(endedBy(ended, "confirm_email_change")));
}

function endedBy(outcome: EmailChanged, kind: ChallengeKind): Ended {
  if (outcome === null) throw deadLink(`${kind}: spent meanwhile`);
  if (outcome === "email_taken") throw new AuthError("email_taken", "the address has got an account meanwhile");
  return outcome;
}

/** What whoever undid a change may do next. */
export interface Undone {
  /** of a link that sets a new password: who changed the address may know the old one */
  readonly resetToken: string;
}

/**
 * The link mailed to the former address: it is the account's again, every session ends, and so does whatever would let in
 * again who had the account since.
 */
export async function undoEmailChange(core: Core, { call, token }: { call: Call; token: string }): Promise<Undone> {
  const { account, email, tokenHash } = await readLink(core, { kind: "undo_email_change", token });
  const now = core.clock.now();
  const reset = newChallenge(core.random, { kind: "reset_password", email, now });
  const ended = await core.emailChanges.undo(
    { tokenHash, kind: "undo_email_change", now, by: call.id },
    { reset: reset.challenge, team: newTeam(core.random) },
    accountEntry(call, account, { action: "user.email_change_undone", at: now }),
  );
  call.later(core.revocations.publish(endedBy(ended, "undo_email_change")));
  core.apiKeys.forget(account.user.id);
  return { resetToken: reset.token };
}
