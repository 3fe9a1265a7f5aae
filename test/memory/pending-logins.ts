import type { PendingLogins } from "../../src/domain/ports/pending-logins.ts";
import { liveSession, type MemoryDatabase } from "./database.ts";
import { spendFactor } from "./second-factors.ts";
import { insertSession, standingOf } from "./sessions.ts";

/** Pending logins, among the sessions. */
export function memoryPendingLogins(db: MemoryDatabase): PendingLogins {
  return {
    async begin(session, grounds, audit) {
      if (!insertSession(db, { session, grounds, pending: true })) return false;
      db.audit.push(audit);
      return true;
    },

    async find(id, now) {
      const row = liveSession(db, id, now);
      return row?.pending ? standingOf(db, row) : null;
    },

    async finish({ session, proof }, audits) {
      const row = liveSession(db, session.id, session.createdAt);
      if (!row?.pending) return "login_over";
      if (!spendFactor(db, { userId: session.userId, proof })) return "factor_spent";
      db.sessions.set(session.id, { ...row, session, pending: false });
      db.audit.push(...audits);
      return "opened";
    },
  };
}
