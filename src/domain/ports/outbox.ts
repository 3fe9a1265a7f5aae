import type { Channel, OutboxMessage } from "../outbox.ts";

/** Where a message is: waiting, or what became of it. */
export type OutboxState = "waiting" | "delivered" | "dropped" | "kept" | "given_up";

/** A message that this isolate, and no other, may hand over until the claim's lease ends. */
export interface ClaimedMessage extends OutboxMessage {
  /** 1 for the first: the claim's number, too */
  readonly attempt: number;
}

/** What became of a message, or of one try. */
export type Settlement =
  /** its text is erased */
  | { readonly kind: "delivered" | "dropped" }
  /** its text stays, to be read at `/dev/outbox` */
  | { readonly kind: "kept" }
  /** changes nothing once the lease has ended and another has claimed it */
  | { readonly kind: "failed"; readonly attempt: number; readonly nextAttemptAt: number };

/** A message whose time was over. */
export interface GivenUp {
  readonly id: string;
  readonly channel: Channel;
  readonly attempts: number;
}

/** Messages on their way. They get here by the statements of `d1-outbox.ts`, in the batch of what they belong to. */
export interface Outbox {
  /** Writes a message that belongs to nothing else that is stored, if its address is a user's. */
  tellUser(message: OutboxMessage): Promise<void>;
  /** One message, unless another has it, or it is settled or unknown. */
  claim(which: { id: string; now: number; leaseSeconds: number }): Promise<ClaimedMessage | null>;
  /** The most overdue ones of a channel. */
  claimDue(which: {
    channel: Channel;
    now: number;
    leaseSeconds: number;
    limit: number;
  }): Promise<readonly ClaimedMessage[]>;
  /** One statement, whether the message is there or not. What is settled stays so. */
  settle(id: string, settlement: Settlement): Promise<void>;
  /** Erases those whose time is over and that nobody has claimed. */
  giveUp(which: { now: number; limit: number }): Promise<readonly GivenUp[]>;
  /** Deletes what was settled and made before that time. */
  forget(which: { createdBefore: number; limit: number }): Promise<void>;
  /** Those whose text is there, the newest first: for `/dev/outbox` alone. */
  readable(which: { to: string | null; limit: number }): Promise<readonly OutboxMessage[]>;
}
