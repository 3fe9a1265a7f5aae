import { type SQL, sql } from "drizzle-orm";
import type { OutboxMessage } from "../domain/outbox.ts";
import type { Database } from "./d1.ts";
import { outbox } from "./d1-schema.ts";

// A message exists exactly when what it tells of does: each of these goes into that batch.

/** The message as a statement of the batch. */
export function outboxInsert(db: Database, message: OutboxMessage) {
  return db.insert(outbox).values(rowOf(message));
}

/** The same, written only when the statement before it in the batch changed a row. */
export function outboxInsertIfChanged(db: Database, message: OutboxMessage) {
  return outboxInsertWhere(db, message, sql`changes() > 0`);
}

/** The same, written only when its address is a user's: for a known and an unknown one the batch is the same. */
export function outboxInsertIfUser(db: Database, message: OutboxMessage) {
  return outboxInsertWhere(db, message, sql`EXISTS (SELECT 1 FROM users WHERE email = ${message.to})`);
}

/** The same under any condition; `changes()` after it tells the next statement whether it held. */
export function outboxInsertWhere(db: Database, message: OutboxMessage, condition: SQL) {
  const row = rowOf(message);
  const values = [row.id, row.channel, row.to, row.subject, row.text, row.html, row.createdAt, row.giveUpAt];
  const fate = [row.state, row.attempts, row.nextAttemptAt];
  return db.run(sql`
    INSERT INTO outbox (id, channel, recipient, subject, text, html, created_at, give_up_at, state, attempts, next_attempt_at)
    SELECT ${sql.join(
      [...values, ...fate].map((value) => sql`${value}`),
      sql`, `,
    )} WHERE ${condition}`);
}

function rowOf(message: OutboxMessage) {
  return { ...message, state: "waiting", attempts: 0, nextAttemptAt: message.createdAt } as const;
}
