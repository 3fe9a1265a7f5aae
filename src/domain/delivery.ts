import { publicId } from "../crypto/ids.ts";
import { composeMail, composeSms } from "./compose.ts";
import type { Language } from "./language.ts";
import type { Mail, Sms } from "./mail.ts";
import { type Channel, DELIVERY_MAX_SECONDS, type OutboxMessage } from "./outbox.ts";
import type { Carried } from "./ports/carrier.ts";
import type { ClaimedMessage, Settlement } from "./ports/outbox.ts";
import type { Core } from "./ports.ts";

// A message is written in the batch of what it tells of, and handed over afterwards: at once after the answer, and again
// by the cron trigger until the provider takes it. Claimed before it is sent: of N isolates one sends. A crash between
// the provider's answer and the note of it leads to a second try, which Resend knows by the message's id; Twilio and
// Cloudflare don't, so there such a crash, and nothing else, may send a message twice.

/** Longer than any carrier takes: whoever has not settled a message by then is gone. */
const LEASE_SECONDS = 60;

/** How many are handed over side by side: of a Worker's six connections some stay free. */
const PARALLEL = 4;

/** What one run of the cron trigger may do for a channel: about 120 messages a minute. */
const ROUNDS_A_RUN = 30;

/** The mail as a message for the batch of what it tells of; after that, `call.later(deliver(core, message.id))`. */
export function mailTo(
  core: Core,
  { to, language, mail }: { to: string; language: Language; mail: Mail },
): OutboxMessage {
  const composed = composeMail({ issuer: core.settings.issuer, language, mail });
  return { channel: "email", to, ...composed, ...stamp(core, mail) };
}

/** The same for an SMS. */
export function smsTo(core: Core, { to, language, sms }: { to: string; language: Language; sms: Sms }): OutboxMessage {
  const text = composeSms({ issuer: core.settings.issuer, language, sms });
  return { channel: "sms", to, subject: null, text, html: null, ...stamp(core, sms) };
}

function stamp(core: Core, what: Mail | Sms): Pick<OutboxMessage, "id" | "createdAt" | "giveUpAt"> {
  const createdAt = core.clock.now();
  const useful = "lifetimeSeconds" in what ? what.lifetimeSeconds : DELIVERY_MAX_SECONDS;
  return {
    id: publicId({ prefix: "msg", random: core.random }),
    createdAt,
    giveUpAt: createdAt + Math.min(useful, DELIVERY_MAX_SECONDS),
  };
}

/** Attempts begin at 1: this settles nothing. */
const NOTHING_CLAIMED: Settlement = { kind: "failed", attempt: 0, nextAttemptAt: 0 };

/** Hands over one message. One that was never written (its address is unknown) costs the same two statements. */
export async function deliver(core: Core, id: string): Promise<void> {
  const message = await core.outbox.claim({ id, now: core.clock.now(), leaseSeconds: LEASE_SECONDS });
  if (message === null) return core.outbox.settle(id, NOTHING_CLAIMED);
  await handOver(core, message);
}

/** Hands over what is due, the most overdue first. Stops early when the provider takes nothing: it is asked again in a minute. */
export async function deliverDue(core: Core, channel: Channel): Promise<void> {
  for (let round = 0; round < ROUNDS_A_RUN; round++) {
    const now = core.clock.now();
    const due = await core.outbox.claimDue({ channel, now, leaseSeconds: LEASE_SECONDS, limit: PARALLEL });
    const carried = await Promise.all(due.map((message) => handOver(core, message)));
    if (due.length < PARALLEL || carried.every(({ kind }) => kind === "failed")) return;
  }
}

async function handOver(core: Core, message: ClaimedMessage): Promise<Carried> {
  const carried = await core.carriers[message.channel].carry(message);
  const settlement = settlementOf(core, { message, carried });
  if (carried.kind === "failed") {
    const { id, channel, attempt } = message;
    core.log.write("warn", "delivery.failed", { id, channel, attempt, why: carried.why });
  }
  await core.outbox.settle(message.id, settlement);
  return carried;
}

function settlementOf(core: Core, { message, carried }: { message: ClaimedMessage; carried: Carried }): Settlement {
  if (carried.kind !== "failed") return { kind: carried.kind };
  const { attempt, giveUpAt } = message;
  const wait = Math.max(backoffSeconds(attempt), carried.retryAfterSeconds ?? 0);
  return { kind: "failed", attempt, nextAttemptAt: Math.min(core.clock.now() + wait, giveUpAt) };
}

/** A minute, doubled with each try up to an hour: 29 tries in a day. */
export function backoffSeconds(attempt: number): number {
  return Math.min(60 * 2 ** (attempt - 1), 3_600);
}

/** At most so many rows in one run: the next one is a minute away. */
const ROWS_A_RUN = 500;

/** Erases what could not be delivered while it was of use, and says so. */
export async function giveUpOverdue(core: Core): Promise<void> {
  const given = await core.outbox.giveUp({ now: core.clock.now(), limit: ROWS_A_RUN });
  for (const { id, channel, attempts } of given) {
    core.log.write("error", "delivery.given_up", { id, channel, attempts });
  }
}

/** How long it can still be asked whether and when somebody was written to. */
const REMEMBERED_SECONDS = 30 * 24 * 3_600;

/** Addresses don't stay for ever. */
export async function forgetSettled(core: Core): Promise<void> {
  await core.outbox.forget({ createdBefore: core.clock.now() - REMEMBERED_SECONDS, limit: ROWS_A_RUN });
}
