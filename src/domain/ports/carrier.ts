import type { Channel, OutboxMessage } from "../outbox.ts";

/** What a provider made of a message. */
export type Carried =
  | { readonly kind: "delivered" | "dropped" | "kept" }
  /** `why` is for the log: never the text, the address or a key */
  | { readonly kind: "failed"; readonly why: string; readonly retryAfterSeconds: number | null };

/** A provider of mail or SMS. Never throws, and always answers within seconds. */
export interface Carrier {
  carry(message: OutboxMessage): Promise<Carried>;
}

export type Carriers = Readonly<Record<Channel, Carrier>>;
