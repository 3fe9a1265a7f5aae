import { sql } from "drizzle-orm";
import type { EmailVerification } from "../domain/ports/email-verification.ts";
import { auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { challengeInsert, challengeSpent, challengesKilled, spentBy } from "./d1-challenge-statements.ts";
import { outboxInsertIfChanged } from "./d1-outbox.ts";
import { addressProven } from "./d1-proven-address.ts";

export function d1EmailVerification(db: Database): EmailVerification {
  return {
    ask: (id, { challenge, message }, audit) =>
      onD1("ask verification", async () => {
        const user = sql`${id}`;
        const condition = sql`email = ${challenge.email} AND email_verified_at IS NULL`;
        const [, asked] = await db.batch([
          challengesKilled(db, { user, kinds: ["verify_email"] }),
          challengeInsert(db, challenge, { user, condition }),
          auditInsertIfChanged(db, audit),
          outboxInsertIfChanged(db, message),
        ]);
        return asked.meta.changes > 0;
      }),

    verify: (spend, team, audit) =>
      onD1("verify email", async () => {
        const [spent] = await db.batch([
          challengeSpent(db, spend),
          auditInsertIfChanged(db, audit),
          ...addressProven(db, { user: spentBy(spend), team, now: spend.now }),
        ]);
        return spent.length > 0;
      }),
  };
}
