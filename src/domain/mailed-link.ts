import { attempt, limitKeyOf } from "./attempt.ts";
import type { Call } from "./call.ts";
import { type ChallengeKind, challengeHashOf, newChallenge } from "./challenge.ts";
import { clientKeyOf } from "./client-key.ts";
import { mailTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import type { SecretHash } from "./ids.ts";
import type { LiveLink, MailedLink } from "./ports/challenges.ts";
import type { Core } from "./ports.ts";

// What all mailed links have in common: how one is made, how often, and how one that comes back is read.

/** A link that is nowhere yet: store both halves in one batch, then `call.later(deliver(core, link.message.id))`. */
export function newLink(
  core: Core,
  { call, kind, email }: { call: Call; kind: Exclude<ChallengeKind, "undo_email_change">; email: string },
): MailedLink {
  const { token, challenge, lifetimeSeconds } = newChallenge(core.random, { kind, email, now: core.clock.now() });
  const mail = { kind, token, lifetimeSeconds };
  return { challenge, message: mailTo(core, { to: email, language: call.language, mail }) };
}

/** The link that undoes a change, for the address that is given up. */
export function newUndoLink(
  core: Core,
  { call, email, newEmail }: { call: Call; email: string; newEmail: string },
): MailedLink {
  const now = core.clock.now();
  const { token, challenge, lifetimeSeconds } = newChallenge(core.random, { kind: "undo_email_change", email, now });
  const mail = { kind: "email_change_notice", token, lifetimeSeconds, newEmail } as const;
  return { challenge, message: mailTo(core, { to: email, language: call.language, mail }) };
}

/** Sends a link that was asked for, under the limits of the address and of the client. */
export async function sendLimited<Result>(
  core: Core,
  { call, email, send }: { call: Call; email: string; send(): Promise<Result> },
): Promise<Result> {
  return attempt(core, {
    call,
    asks: [
      { name: "recover:recipient", key: limitKeyOf(email) },
      { name: "send:ip", key: clientKeyOf(call.address) },
    ],
    counts: "success",
    check: send,
  });
}

export interface ReadLink extends LiveLink {
  readonly tokenHash: SecretHash;
}

/** Whose link it is; reading spends nothing. Throws `not_found`, whatever is the matter with it. */
export async function readLink(core: Core, { kind, token }: { kind: ChallengeKind; token: string }): Promise<ReadLink> {
  const tokenHash = challengeHashOf(token);
  const link = tokenHash === null ? null : await core.challenges.find({ tokenHash, kind, now: core.clock.now() });
  if (tokenHash === null || link === null) throw deadLink(`${kind}: unknown, used, over, or of another address`);
  return { ...link, tokenHash };
}

export function deadLink(why: string): AuthError {
  return new AuthError("not_found", why, { message: "The link is unknown, was used already, or is too old" });
}

/** At most so many rows in one run: the next one is a minute away. */
const ROWS_A_RUN = 500;

/** A link that is over answers like one that never was: nothing is lost with its row. */
export async function forgetLinks(core: Core): Promise<void> {
  await core.challenges.forget({ expiredBefore: core.clock.now(), limit: ROWS_A_RUN });
}
