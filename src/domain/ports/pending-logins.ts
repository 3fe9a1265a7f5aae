import type { AuditEntry } from "../audit.ts";
import type { SessionId } from "../ids.ts";
import type { Session, SessionGrounds, Standing } from "../session.ts";
import type { ProvenFactor } from "./second-factors.ts";

/**
 * Logins that wait for their second factor. Each is a session that has not begun: it has no token, opens nothing and is
 * listed nowhere, and whatever ends the user's sessions ends it too.
 */
export interface PendingLogins {
  /** False when the user's credentials are no longer of the version that was proven: nothing was stored then. */
  begin(session: Session, grounds: SessionGrounds, audit: AuditEntry): Promise<boolean>;
  /** Null when it is unknown, finished, ended or over. */
  find(id: SessionId, now: number): Promise<Standing | null>;
  /**
   * Spends the proof and begins the session, as it now is, in one batch. Of N parallel calls one opens; another is told
   * whose fault it was: `factor_spent` leaves the login pending, `login_over` leaves the factor unspent.
   */
  finish(
    login: { session: Session; proof: ProvenFactor },
    audits: readonly AuditEntry[],
  ): Promise<"opened" | "factor_spent" | "login_over">;
}
