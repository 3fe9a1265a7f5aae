import { and, gt, isNull, sql } from "drizzle-orm";
import type { Recovery } from "../domain/ports/recovery.ts";
import { auditInsertIfChanged, auditInsertWhere, type Database, onD1 } from "./d1.ts";
import {
  challengeInsert,
  challengeSpent,
  challengesKilled,
  spentBy,
  userWithEmail,
} from "./d1-challenge-statements.ts";
import { outboxInsertIfChanged, outboxInsertIfUser } from "./d1-outbox.ts";
import { addressProven, unprovenPastDropped } from "./d1-proven-address.ts";
import { sessions, users } from "./d1-schema.ts";

export function d1Recovery(db: Database): Recovery {
  return {
    ask: ({ challenge, message }, audit) =>
      onD1("ask reset", async () => {
        const user = userWithEmail(challenge.email);
        await db.batch([
          challengesKilled(db, { user, kinds: ["reset_password"] }),
          challengeInsert(db, challenge, { user }),
          outboxInsertIfUser(db, message),
          auditInsertWhere(db, audit, {
            target: sql`(SELECT public_id FROM users WHERE id = ${user})`,
            condition: sql`${user} IS NOT NULL`,
          }),
        ]);
      }),

    reset: (spend, { passwordHash, team, notice }, audit) =>
      onD1("reset password", async () => {
        const { now } = spend;
        const user = spentBy(spend);
        const isTheirs = sql`${users.id} = ${user}`;
        const [sessionsDropped, credentialsDropped, ...alsoDropped] = unprovenPastDropped(db, { user, now, audit });
        const [spent, endedFirst, credentialsEnded, ended] = await db.batch([
          challengeSpent(db, spend),
          sessionsDropped,
          credentialsDropped,
          db
            .update(sessions)
            .set({ revokedAt: now })
            .where(and(sql`${sessions.userId} = ${user}`, isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
            .returning({ id: sessions.id }),
          ...alsoDropped,
          // A change of address that a thief asked for would outlive the new password.
          challengesKilled(db, { user, kinds: ["reset_password", "confirm_email_change"] }),
          db
            .update(users)
            .set({ passwordHash, pendingEmail: null, credentialVersion: sql`${users.credentialVersion} + 1` })
            .where(isTheirs),
          auditInsertIfChanged(db, audit),
          outboxInsertIfChanged(db, notice),
          ...addressProven(db, { user, team, now, audit }),
        ]);
        return spent.length === 0 ? null : [...endedFirst, ...credentialsEnded, ...ended].map(({ id }) => id);
      }),
  };
}
