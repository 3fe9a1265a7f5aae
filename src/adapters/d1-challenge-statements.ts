import { and, isNull, type SQL, sql } from "drizzle-orm";
import type { ChallengeKind, NewChallenge } from "../domain/challenge.ts";
import { unreachable } from "../domain/error.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Spend } from "../domain/ports/challenges.ts";
import type { Database } from "./d1.ts";
import { challenges } from "./d1-schema-challenge.ts";

// A link's whole life, as statements for the batches of what it causes. `user` is any SQL that gives one user's key, or
// NULL: then a statement does nothing, and costs the same.

/** The key of the user who has the address now. */
export function userWithEmail(email: string): SQL {
  return sql`(SELECT id FROM users WHERE email = ${email})`;
}

/** A new link of the user's, when there is such a user and the condition holds. */
export function challengeInsert(
  db: Database,
  challenge: NewChallenge,
  { user, condition = sql`1`, session = null }: { user: SQL; condition?: SQL; session?: SessionId | null },
) {
  const { tokenHash, kind, email, createdAt, expiresAt } = challenge;
  return db.insert(challenges).select(sql`
    SELECT ${tokenHash}, ${kind}, id, ${email}, ${session}, ${createdAt}, ${expiresAt}, NULL, NULL, email_verified_at
    FROM users WHERE id = ${user} AND ${condition}`);
}

/** A newer request kills the older link of the same kind. Those that were used stay, until their time is over. */
export function challengesKilled(db: Database, { user, kinds }: { user: SQL; kinds: readonly ChallengeKind[] }) {
  const isOfKind = sql`${challenges.kind} IN (${sql.join(
    kinds.map((kind) => sql`${kind}`),
    sql`, `,
  )})`;
  return db.delete(challenges).where(and(sql`${challenges.userId} = ${user}`, isOfKind, isNull(challenges.usedAt)));
}

/** The one statement that spends a link. What follows in its batch asks `spentBy` whether it did. */
export function challengeSpent(db: Database, spend: Spend) {
  return db
    .update(challenges)
    .set({ usedAt: spend.now, usedBy: spend.by })
    .where(isLive(spend))
    .returning({ userId: challenges.userId });
}

/** The key of the user whose link this very request has spent, else NULL. */
export function spentBy({ tokenHash, by }: Spend): SQL {
  return sql`(SELECT user_id FROM challenges WHERE token_hash = ${tokenHash} AND used_by = ${by})`;
}

/** Neither used nor over, about an address that is still the account's, and to verify one that isn't yet. */
export function isLive({ tokenHash, kind, now }: Omit<Spend, "by">): SQL {
  return sql`${challenges.tokenHash} = ${tokenHash} AND ${challenges.kind} = ${kind}
    AND ${challenges.usedAt} IS NULL AND ${challenges.expiresAt} > ${now} AND ${isAboutItsAddress(kind)}`;
}

function isAboutItsAddress(kind: ChallengeKind): SQL {
  switch (kind) {
    case "verify_email":
      // it lets its reader in, too: nobody needs it any more
      return sql`EXISTS (SELECT 1 FROM users u WHERE u.id = ${challenges.userId} AND u.email = ${challenges.email}
        AND u.email_verified_at IS NULL)`;
    case "reset_password":
      return sql`EXISTS (SELECT 1 FROM users u WHERE u.id = ${challenges.userId} AND u.email = ${challenges.email})`;
    case "confirm_email_change":
      return sql`EXISTS (SELECT 1 FROM users u WHERE u.id = ${challenges.userId} AND u.pending_email = ${challenges.email})`;
    case "undo_email_change":
      // it brings back an address that is no longer the account's
      return sql`1`;
    default:
      return unreachable(kind);
  }
}
