import { and, eq, exists, gt, isNull, sql } from "drizzle-orm";
import type { PendingLogins } from "../domain/ports/pending-logins.ts";
import type { Session } from "../domain/session.ts";
import { auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { sessions } from "./d1-schema.ts";
import { spendFactor } from "./d1-second-factors.ts";
import { insertSession, selectStanding, standingOf } from "./d1-sessions.ts";

export function d1PendingLogins(db: Database): PendingLogins {
  const pendingLogin = selectStanding(db, {
    id: sql.placeholder("id"),
    now: sql.placeholder("now"),
    pending: true,
  }).prepare();

  return {
    begin: (session, grounds, audit) =>
      onD1("begin pending login", async () => {
        const [begun] = await db.batch([
          insertSession(db, { session, grounds, pending: true }),
          auditInsertIfChanged(db, audit),
        ]);
        return begun.length > 0;
      }),

    find: (id, now) => onD1("pending login", async () => standingOf(await pendingLogin.get({ id, now }))),

    finish: ({ session, proof }, audits) =>
      onD1("finish pending login", async () => {
        const { id, userId, ...begun } = session;
        const stillPending = db.select({ id: sessions.id }).from(sessions).where(pendingAt(session));
        const [, opened, left] = await db.batch([
          spendFactor(db, { userId, proof, when: exists(stillPending) }),
          db
            .update(sessions)
            .set({ ...begun, amr: [...begun.amr], pending: false })
            // only after the first statement spent the factor, which it does for a pending login alone
            .where(and(eq(sessions.id, id), sql`changes() > 0`))
            .returning({ id: sessions.id }),
          stillPending,
          ...audits.map((audit) => auditInsertIfChanged(db, audit)),
        ]);
        if (opened.length > 0) return "opened";
        return left.length > 0 ? "factor_spent" : "login_over";
      }),
  };
}

/** The session, as long as it waits: neither begun nor ended nor over at the moment in which it would begin. */
function pendingAt({ id, userId, createdAt: now }: Session) {
  return and(
    eq(sessions.id, id),
    eq(sessions.userId, userId),
    eq(sessions.pending, true),
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, now),
  );
}
