import type { AuditEntry } from "../audit.ts";
import type { UserId } from "../ids.ts";
import type { OutboxMessage } from "../outbox.ts";

export interface Phones {
  /** The number that waits for its code, with the message that bears the code. */
  ask(change: { user: UserId; phone: string; message: OutboxMessage }, audit: AuditEntry): Promise<void>;
  /** The pending number becomes the account's, if it is still that one, and the notice is written. */
  confirm(
    change: { user: UserId; phone: string; notice: OutboxMessage },
    audit: AuditEntry,
  ): Promise<"confirmed" | "phone_taken" | "not_pending">;
  /** Neither a number nor one that waits. */
  remove(user: UserId, audit: AuditEntry): Promise<void>;
}
