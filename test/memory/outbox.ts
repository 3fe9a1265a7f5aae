import type { OutboxMessage } from "../../src/domain/outbox.ts";
import type { ClaimedMessage, Outbox } from "../../src/domain/ports/outbox.ts";
import type { MemoryDatabase, MessageRow } from "./database.ts";

/** What `outboxInsert` does to D1. */
export function writeMessage(db: MemoryDatabase, message: OutboxMessage): void {
  db.messages.set(message.id, { message, state: "waiting", attempts: 0, nextAttemptAt: message.createdAt });
}

/** Messages in a Map, in the order in which they were written. */
export function memoryOutbox(db: MemoryDatabase): Outbox {
  const all = () => [...db.messages.values()];
  const change = (row: MessageRow, changes: Partial<MessageRow>) =>
    db.messages.set(row.message.id, { ...row, ...changes });

  const isDue = (row: MessageRow, now: number) =>
    row.state === "waiting" && row.nextAttemptAt <= now && row.message.giveUpAt > now;

  function claim(row: MessageRow, until: number): ClaimedMessage {
    const attempt = row.attempts + 1;
    change(row, { attempts: attempt, nextAttemptAt: until });
    return { ...row.message, attempt };
  }

  return {
    async tellUser(message) {
      if ([...db.users.values()].some(({ email }) => email === message.to)) writeMessage(db, message);
    },

    async claim({ id, now, leaseSeconds }) {
      const row = db.messages.get(id);
      return row === undefined || !isDue(row, now) ? null : claim(row, now + leaseSeconds);
    },

    async claimDue({ channel, now, leaseSeconds, limit }) {
      return all()
        .filter((row) => row.message.channel === channel && isDue(row, now))
        .sort((a, b) => a.nextAttemptAt - b.nextAttemptAt)
        .slice(0, limit)
        .map((row) => claim(row, now + leaseSeconds));
    },

    async settle(id, settlement) {
      const row = db.messages.get(id);
      if (row?.state !== "waiting") return;
      if (settlement.kind !== "failed") {
        change(row, { state: settlement.kind });
      } else if (settlement.attempt === row.attempts) {
        change(row, { nextAttemptAt: settlement.nextAttemptAt });
      }
    },

    async giveUp({ now, limit }) {
      const overdue = all()
        .filter((row) => row.state === "waiting" && row.message.giveUpAt <= now && row.nextAttemptAt <= now)
        .slice(0, limit);
      for (const row of overdue) change(row, { state: "given_up" });
      return overdue.map(({ message: { id, channel }, attempts }) => ({ id, channel, attempts }));
    },

    async forget({ createdBefore, limit }) {
      const old = all().filter((row) => row.state !== "waiting" && row.message.createdAt < createdBefore);
      for (const { message } of old.slice(0, limit)) db.messages.delete(message.id);
    },

    async readable({ to, limit }) {
      return all()
        .filter((row) => isReadable(row) && (to === null || row.message.to === to))
        .reverse()
        .slice(0, limit)
        .map(({ message }) => message);
    },
  };
}

/** Of the others D1 has erased the text. */
export function isReadable({ state }: MessageRow): boolean {
  return state === "waiting" || state === "kept";
}
