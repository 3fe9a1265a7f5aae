import type { Channel, OutboxMessage } from "../outbox.ts";

/** A message that this isolate, and no other, may hand over until its lease ends. */
export interface ClaimedMessage extends OutboxMessage {
  /** counts this one too: 1 for the first. It is also the lease's name. */
  readonly attempt: number;
}

/** Where a message is: waiting, or what became of it. */
export type OutboxState = "waiting" | "delivered" | "dropped" | "kept" | "given_up";

/** What became of a message, or of one try. */
export type Settlement =
  /** its text is erased */
  | { readonly kind: "delivered" | "dropped" | "given_up" }
  /** no provider: its text stays, to be read at `/dev/outbox` */
  | { readonly kind: "kept" }
  /** stands only while `attempt` is still the last one */
  | { readonly kind: "failed"; readonly attempt: number; readonly nextAttemptAt: number };

/** Messages on their way. They get here by the statements of `d1-outbox.ts`, in the batch of what they belong to. */
export interface Outbox {
  /** One message, if it is there and nobody else has it. */
  claim(id: string, now: number): Promise<ClaimedMessage | null>;
  /** The most overdue ones of a channel, at most `limit`. */
  claimDue(which: { channel: Channel; now: number; limit: number }): Promise<ClaimedMessage[]>;
  /** A message that is unknown or settled stays as it is: an unknown address costs the same as a known one. */
  settle(id: string, settlement: Settlement): Promise<void>;
  /** Those whose time is over: erased, and answered for the log. */
  giveUp(which: { now: number; limit: number }): Promise<{ id: string; channel: Channel; attempts: number }[]>;
  /** Deletes settled ones from before `createdBefore`; answers how many. */
  forget(which: { createdBefore: number; limit: number }): Promise<number>;
  /** Readable ones, the newest first: development only. */
  readable(which: { to: string | null; limit: number }): Promise<OutboxMessage[]>;
}
