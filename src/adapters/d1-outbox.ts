import { and, asc, desc, eq, gt, inArray, isNotNull, lt, lte, ne, type SQL, sql } from "drizzle-orm";
import { unreachable } from "../domain/error.ts";
import { CHANNELS, type OutboxMessage } from "../domain/outbox.ts";
import type { ClaimedMessage, Outbox, Settlement } from "../domain/ports/outbox.ts";
import { type Database, onD1 } from "./d1.ts";
import { outbox } from "./d1-schema.ts";

// A message exists exactly when what it tells of does: each of these statements goes into that batch.

/** The message as a statement of the batch. */
export function outboxInsert(db: Database, message: OutboxMessage) {
  return db.insert(outbox).values(rowOf(message));
}

/** The same, written only when the statement before it in the batch changed a row; `changes()` tells the next one, too. */
export function outboxInsertIfChanged(db: Database, message: OutboxMessage) {
  return outboxInsertWhere(db, message, sql`changes() > 0`);
}

/** The same, written only when its address is a user's: for a known and an unknown one the batch is the same. */
export function outboxInsertIfUser(db: Database, message: OutboxMessage) {
  return outboxInsertWhere(db, message, sql`EXISTS (SELECT 1 FROM users WHERE email = ${message.to})`);
}

/** The same under any condition. */
export function outboxInsertWhere(db: Database, message: OutboxMessage, condition: SQL) {
  const row = rowOf(message);
  const values = [
    null, // seq, which SQLite makes
    row.id,
    row.channel,
    row.to,
    row.subject,
    row.text,
    row.html,
    row.createdAt,
    row.giveUpAt,
    row.state,
    row.attempts,
    row.nextAttemptAt,
  ].map((value) => sql`${value}`);
  return db.insert(outbox).select(sql`SELECT ${sql.join(values, sql`, `)} WHERE ${condition}`);
}

function rowOf(message: OutboxMessage) {
  return { ...message, state: "waiting", attempts: 0, nextAttemptAt: message.createdAt } as const;
}

export function d1Outbox(db: Database): Outbox {
  return {
    tellUser: (message) =>
      onD1("tell user", async () => {
        await outboxInsertIfUser(db, message);
      }),
    claim: ({ id, now, leaseSeconds }) =>
      onD1("claim message", async () => {
        const claimed = await claimWhere(db, { where: and(eq(outbox.id, id), isDue(now)), until: now + leaseSeconds });
        return claimed[0] ?? null;
      }),
    claimDue: (which) => onD1("claim due messages", () => claimDue(db, which)),
    settle: (id, settlement) =>
      onD1("settle message", async () => {
        await db
          .update(outbox)
          .set(changeOf(settlement))
          .where(and(eq(outbox.id, id), WAITING, stillHolds(settlement)));
      }),
    giveUp: (which) => onD1("give up messages", () => giveUp(db, which)),
    forget: (which) => onD1("forget messages", () => forget(db, which)),
    readable: (which) => onD1("readable messages", () => readable(db, which)),
  };
}

function claimDue(db: Database, { channel, now, leaseSeconds, limit }: Asked<"claimDue">) {
  const due = db
    .select({ seq: outbox.seq })
    .from(outbox)
    .where(and(eq(outbox.channel, channel), isDue(now)))
    .orderBy(asc(outbox.nextAttemptAt))
    .limit(limit);
  return claimWhere(db, { where: inArray(outbox.seq, due), until: now + leaseSeconds });
}

function giveUp(db: Database, { now, limit }: Asked<"giveUp">) {
  const overdue = db
    .select({ seq: outbox.seq })
    .from(outbox)
    // by the index: every channel is named
    .where(and(inArray(outbox.channel, CHANNELS), WAITING, lte(outbox.giveUpAt, now), lte(outbox.nextAttemptAt, now)))
    .limit(limit);
  return db
    .update(outbox)
    .set({ state: "given_up", ...ERASED })
    .where(inArray(outbox.seq, overdue))
    .returning({ id: outbox.id, channel: outbox.channel, attempts: outbox.attempts });
}

async function forget(db: Database, { createdBefore, limit }: Asked<"forget">): Promise<void> {
  const old = db
    .select({ seq: outbox.seq })
    .from(outbox)
    .where(and(lt(outbox.createdAt, createdBefore), ne(outbox.state, "waiting")))
    .limit(limit);
  await db.delete(outbox).where(inArray(outbox.seq, old));
}

async function readable(db: Database, { to, limit }: Asked<"readable">): Promise<OutboxMessage[]> {
  const rows = await db
    .select()
    .from(outbox)
    .where(and(isNotNull(outbox.text), to === null ? undefined : eq(outbox.to, to)))
    .orderBy(desc(outbox.seq))
    .limit(limit);
  return rows.map(messageOf);
}

type Asked<Method extends "claimDue" | "giveUp" | "forget" | "readable"> = Parameters<Outbox[Method]>[0];

/** Written out, not bound: so SQLite sees that the partial index fits. */
const WAITING = sql`${outbox.state} = 'waiting'`;

const ERASED = { subject: null, text: null, html: null };

function isDue(now: number): SQL | undefined {
  return and(WAITING, lte(outbox.nextAttemptAt, now), gt(outbox.giveUpAt, now));
}

/** One statement, so that of N callers one gets the message. */
async function claimWhere(
  db: Database,
  { where, until }: { where: SQL | undefined; until: number },
): Promise<ClaimedMessage[]> {
  const rows = await db
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1`, nextAttemptAt: until })
    .where(where)
    .returning();
  return rows.map((row) => ({ ...messageOf(row), attempt: row.attempts }));
}

function changeOf(settlement: Settlement) {
  switch (settlement.kind) {
    case "failed":
      return { nextAttemptAt: settlement.nextAttemptAt };
    case "kept":
      return { state: settlement.kind };
    case "delivered":
    case "dropped":
      return { state: settlement.kind, ...ERASED };
    default:
      return unreachable(settlement);
  }
}

/** A failure is one try's own; that a message was delivered is true whoever says so. */
function stillHolds(settlement: Settlement): SQL | undefined {
  return settlement.kind === "failed" ? eq(outbox.attempts, settlement.attempt) : undefined;
}

function messageOf(row: typeof outbox.$inferSelect): OutboxMessage {
  const { id, channel, to, subject, text, html, createdAt, giveUpAt } = row;
  return { id, channel, to, subject, text: text ?? "", html, createdAt, giveUpAt };
}
