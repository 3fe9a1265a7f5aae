import { and, gt, isNull, sql } from "drizzle-orm";
import type { LoginCodes } from "../domain/ports/login-codes.ts";
import { auditInsertWhere, type Database, onD1 } from "./d1.ts";
import { outboxInsertWhere } from "./d1-outbox.ts";
import { addressProven, unprovenPastDropped } from "./d1-proven-address.ts";
import { sessions } from "./d1-schema.ts";

export function d1LoginCodes(db: Database): LoginCodes {
  return {
    send: (message, audit) =>
      onD1("send code", async () => {
        const { channel, to } = message;
        const isTheirs = channel === "email" ? sql`email = ${to}` : sql`phone = ${to}`;
        await db.batch([
          outboxInsertWhere(db, message, sql`EXISTS (SELECT 1 FROM users WHERE ${isTheirs})`),
          auditInsertWhere(db, audit, {
            condition: sql`1`,
            target: sql`(SELECT public_id FROM users WHERE ${isTheirs})`,
            organization: sql`(SELECT o.public_id FROM users u JOIN members m ON m.user_id = u.id AND m.is_active = 1
              JOIN organizations o ON o.id = m.organization_id WHERE ${isTheirs}
              ORDER BY m.created_at, m.organization_id LIMIT 1)`,
          }),
        ]);
      }),

    proveAddress: ({ userId, email, team, now }, { dropPast, notice }, audit) =>
      onD1("prove address", async () => {
        const user = sql`(SELECT id FROM users WHERE id = ${userId} AND email = ${email})`;
        const isFirst = sql`EXISTS (SELECT 1 FROM users WHERE id = ${user} AND email_verified_at IS NULL)`;
        const dropped = unprovenPastDropped(db, { user, now, audit });
        const others = db
          .update(sessions)
          .set({ revokedAt: now })
          .where(
            and(sql`${sessions.userId} = ${user}`, isNull(sessions.revokedAt), gt(sessions.expiresAt, now), isFirst),
          )
          .returning({ id: sessions.id });
        const consequences = dropPast ? dropped : ([others, outboxInsertWhere(db, notice, isFirst)] as const);
        const [ended, credentials] = await db.batch([
          ...consequences,
          auditInsertWhere(db, audit, { condition: isFirst }),
          ...addressProven(db, { user, team, now }),
        ]);
        // with `dropPast` the second statement is the one that ends these
        return [...ended, ...(Array.isArray(credentials) ? credentials : [])].map(({ id }) => id);
      }),
  };
}
