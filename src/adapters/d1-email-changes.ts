import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { NewChallenge } from "../domain/challenge.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Spend } from "../domain/ports/challenges.ts";
import type { EmailChanged, EmailChanges, Ended } from "../domain/ports/email-changes.ts";
import type { NewTeam } from "../domain/team.ts";
import { auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { challengeInsert, challengeSpent, challengesKilled, spentBy } from "./d1-challenge-statements.ts";
import { isTaken, saysTaken, unlessReserved } from "./d1-email-addresses.ts";
import { outboxInsertWhere } from "./d1-outbox.ts";
import { addressProven, unprovenPastDropped } from "./d1-proven-address.ts";
import { sessions, users } from "./d1-schema.ts";
import { challenges } from "./d1-schema-challenge.ts";
import { waysInDropped } from "./d1-taken-back.ts";

export function d1EmailChanges(db: Database): EmailChanges {
  return {
    ask: (wanted, audit) => onD1("ask email change", () => ask(db, wanted, audit)),

    drop: (id, audit) =>
      onD1("drop email change", async () => {
        await db.batch([
          db
            .update(users)
            .set({ pendingEmail: null })
            .where(and(eq(users.id, id), isNotNull(users.pendingEmail))),
          auditInsertIfChanged(db, audit),
          challengesKilled(db, { user: sql`${id}`, kinds: ["confirm_email_change"] }),
        ]);
      }),

    confirm: (spend, team, audit) =>
      onD1("confirm email change", () => unlessTaken(() => confirm(db, spend, { team, audit }))),

    undo: (spend, after, audit) =>
      onD1("undo email change", () => unlessTaken(() => undo(db, spend, { ...after, audit }))),
  };
}

async function ask(
  db: Database,
  { user: id, session, confirm, undo, now }: Parameters<EmailChanges["ask"]>[0],
  audit: AuditEntry,
): Promise<boolean> {
  const user = sql`${id}`;
  const { email } = confirm.challenge;
  const isFree = sql`NOT ${isTaken(email, { user, now })} AND email = ${undo.challenge.email}`;
  const isAsked = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${confirm.challenge.tokenHash})`;
  const isOlder = sql`${challenges.kind} = 'confirm_email_change' AND ${challenges.tokenHash} <> ${confirm.challenge.tokenHash}`;
  const [asked] = await db.batch([
    challengeInsert(db, confirm.challenge, { user, condition: isFree, session }),
    auditInsertIfChanged(db, audit),
    db.delete(challenges).where(and(sql`${challenges.userId} = ${user}`, isOlder, isNull(challenges.usedAt), isAsked)),
    db
      .update(users)
      .set({ pendingEmail: email })
      .where(and(eq(users.id, id), isAsked)),
    // an older link for this address is void; one for an earlier address stays, or a thief's second change would kill it
    db.delete(challenges).where(and(isUndoOf(user, undo.challenge.email), isAsked)),
    challengeInsert(db, undo.challenge, { user, condition: isAsked }),
    outboxInsertWhere(db, confirm.message, isAsked),
    outboxInsertWhere(db, undo.message, isAsked),
  ]);
  return asked.meta.changes > 0;
}

async function confirm(
  db: Database,
  spend: Spend,
  { team, audit }: { team: NewTeam; audit: AuditEntry },
): Promise<SessionId[] | null> {
  const { now } = spend;
  const user = spentBy(spend);
  const asking = sql`(SELECT session_id FROM challenges WHERE token_hash = ${spend.tokenHash})`;
  const [spent, , , ended] = await db.batch([
    challengeSpent(db, spend),
    auditInsertIfChanged(db, audit),
    db
      .update(users)
      .set({ email: unlessReserved(addressOf(spend), { user, now }), pendingEmail: null, ...NEW_VERSION })
      .where(sql`${users.id} = ${user}`),
    sessionsEnded(db, { user, now, condition: sql`${sessions.id} IS NOT ${asking}` }),
    ...addressProven(db, { user, team, now }),
  ]);
  return spent.length === 0 ? null : ended.map(({ id }) => id);
}

async function undo(
  db: Database,
  spend: Spend,
  { reset, team, audit }: { reset: NewChallenge; team: NewTeam; audit: AuditEntry },
): Promise<Ended | null> {
  const { now } = spend;
  const user = spentBy(spend);
  const link = (column: "email" | "proven_at" | "created_at") =>
    sql`(SELECT ${sql.identifier(column)} FROM challenges WHERE token_hash = ${spend.tokenHash})`;
  const former = link("email");
  // what the other address was proven for says nothing of this one
  const verifiedAt = sql`CASE WHEN email = ${former} THEN email_verified_at ELSE ${link("proven_at")} END`;
  // every session ends in any case
  const [, credentialsDropped, ...alsoDropped] = unprovenPastDropped(db, { user, now, audit });
  const [credentialsEnded, ...waysIn] = waysInDropped(db, { user, since: link("created_at"), now });
  const [spent, , , ended, dropped, endedToo] = await db.batch([
    challengeSpent(db, spend),
    auditInsertIfChanged(db, audit),
    db
      .update(users)
      .set({ email: sql`${former}`, pendingEmail: null, emailVerifiedAt: verifiedAt, ...NEW_VERSION })
      .where(sql`${users.id} = ${user}`),
    sessionsEnded(db, { user, now, condition: sql`1` }),
    // whoever undoes the change reads the former address: that may be its first proof
    credentialsDropped,
    credentialsEnded,
    ...alsoDropped,
    ...waysIn,
    ...addressProven(db, { user, team, now, audit }),
    db.delete(challenges).where(and(sql`${challenges.userId} = ${user}`, isNull(challenges.usedAt))),
    challengeInsert(db, reset, { user }),
  ]);
  return spent.length === 0 ? null : [...ended, ...dropped, ...endedToo].map(({ id }) => id);
}

/** A login that is under way doesn't outlive the end of the sessions. */
const NEW_VERSION = { credentialVersion: sql`${users.credentialVersion} + 1` };

/** The address that the link is about, read before the batch changes anything of it. */
function addressOf({ tokenHash }: Spend): SQL {
  return sql`(SELECT email FROM challenges WHERE token_hash = ${tokenHash})`;
}

async function unlessTaken(change: () => Promise<Ended | null>): Promise<EmailChanged> {
  try {
    return await change();
  } catch (error) {
    if (saysTaken(error)) return "email_taken";
    throw error;
  }
}

function isUndoOf(user: SQL, email: string): SQL {
  return sql`${challenges.userId} = ${user} AND ${challenges.kind} = 'undo_email_change'
    AND ${challenges.email} = ${email} AND ${challenges.usedAt} IS NULL`;
}

function sessionsEnded(db: Database, { user, now, condition }: { user: SQL; now: number; condition: SQL }) {
  const isLive = sql`${sessions.userId} = ${user} AND ${sessions.revokedAt} IS NULL AND ${sessions.expiresAt} > ${now}`;
  return db.update(sessions).set({ revokedAt: now }).where(and(isLive, condition)).returning({ id: sessions.id });
}
