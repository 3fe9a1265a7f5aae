import { and, desc, eq, gt, isNotNull, isNull, ne, or, type Placeholder, sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.ts";
import type { RefreshState, Sessions } from "../domain/ports.ts";
import type { Session, SessionGrounds, Standing } from "../domain/session.ts";
import { auditInsertIfChanged, type Database, insertWhere, onD1 } from "./d1.ts";
import { MEMBERSHIP_COLUMNS, membershipOf } from "./d1-membership.ts";
import { members, organizations, secondFactors, sessions, users } from "./d1-schema.ts";
import { USER_COLUMNS } from "./d1-user-columns.ts";

const LISTED_AT_MOST = 100;

const SESSION_COLUMNS = {
  id: sessions.id,
  userId: sessions.userId,
  clientId: sessions.clientId,
  createdAt: sessions.createdAt,
  expiresAt: sessions.expiresAt,
  amr: sessions.amr,
  address: sessions.address,
  country: sessions.country,
  userAgent: sessions.userAgent,
};

export function d1Sessions(db: Database): Sessions {
  const standing = selectStanding(db, { id: sql.placeholder("id"), now: sql.placeholder("now") }).prepare();
  const ofUser = db
    .select(SESSION_COLUMNS)
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, sql.placeholder("userId")),
        eq(sessions.pending, false),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql.placeholder("now")),
      ),
    )
    .orderBy(desc(sessions.createdAt), sql`rowid DESC`)
    .limit(LISTED_AT_MOST)
    .prepare();

  return {
    open: (session, grounds, audit) =>
      onD1("open session", async () => {
        const [opened] = await db.batch([
          insertSession(db, { session, grounds, pending: false }),
          auditInsertIfChanged(db, audit),
        ]);
        return opened.length > 0;
      }),

    standing: (id, now) => onD1("standing", async () => standingOf(await standing.get({ id, now }))),

    rotate: ({ id, counter, now }) =>
      onD1("rotate", async () => {
        const [, rows] = await db.batch([
          db
            .update(sessions)
            .set({ refreshCounter: counter + 1, rotatedAt: now })
            .where(
              and(
                eq(sessions.id, id),
                eq(sessions.refreshCounter, counter),
                isNull(sessions.revokedAt),
                gt(sessions.expiresAt, now),
              ),
            ),
          selectStanding(db, { id, now }),
        ]);
        return refreshStateOf(rows[0]);
      }),

    refreshState: (id, now) => onD1("refresh state", async () => refreshStateOf(await standing.get({ id, now }))),

    ofUser: (userId, now) => onD1("sessions of user", async (): Promise<Session[]> => ofUser.all({ userId, now })),

    end: ({ id, userId, now }, audit) =>
      onD1("end session", async () => {
        const [ended] = await db.batch([
          db
            .update(sessions)
            .set({ revokedAt: now })
            .where(and(eq(sessions.id, id), ...liveOf(userId, now)))
            .returning({ id: sessions.id }),
          auditInsertIfChanged(db, audit),
        ]);
        return ended.length > 0;
      }),

    endOthers: ({ keep, userId, now }, audit) =>
      onD1("end other sessions", async () => {
        const [ended] = await db.batch([
          db
            .update(sessions)
            .set({ revokedAt: now })
            .where(and(ne(sessions.id, keep), ...liveOf(userId, now)))
            .returning({ id: sessions.id }),
          auditInsertIfChanged(db, audit),
        ]);
        return ended.map((session) => session.id);
      }),
  };
}

/**
 * The session, if at this moment the user's credentials are still of the version that was proven, and an active membership
 * stands behind it: a deactivation then either finds it, and ends it, or it is never opened. Without an organization: if
 * the user wasn't deactivated in every one. `pending`, it has not begun.
 */
export function insertSession(
  db: Database,
  { session, grounds, pending }: { session: Session; grounds: SessionGrounds; pending: boolean },
) {
  const { organization, version } = grounds;
  const isProven = sql`EXISTS (SELECT 1 FROM users WHERE id = ${session.userId} AND credential_version = ${version})`;
  const membership = sql`SELECT 1 FROM members WHERE user_id = ${session.userId}`;
  const isActive =
    organization === null
      ? sql`(NOT EXISTS (${membership}) OR EXISTS (${membership} AND is_active = 1))`
      : sql`EXISTS (${membership} AND organization_id = ${organization} AND is_active = 1)`;
  const row = { ...session, amr: [...session.amr], organizationId: organization, pending };
  return insertWhere(db, sessions, { rows: [row], condition: sql`${isProven} AND ${isActive}` }).returning({
    id: sessions.id,
  });
}

/** Pending ones too: what ends a user's sessions ends the logins that are under way. */
function liveOf(userId: Session["userId"], now: number) {
  return [eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)];
}

/** The live session with whose it is; a `pending` one, which waits for its second factor, only where it is asked for. */
export function selectStanding(
  db: Database,
  { id, now, pending = false }: { id: SessionId | Placeholder; now: number | Placeholder; pending?: boolean },
) {
  return db
    .select({
      session: SESSION_COLUMNS,
      refresh: { counter: sessions.refreshCounter, rotatedAt: sessions.rotatedAt },
      user: USER_COLUMNS,
      membership: MEMBERSHIP_COLUMNS,
      factorConfirmedAt: secondFactors.confirmedAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(
      members,
      and(
        eq(members.userId, users.id),
        eq(members.organizationId, sessions.organizationId),
        eq(members.isActive, true),
      ),
    )
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(
      and(
        eq(sessions.id, id),
        eq(sessions.pending, pending),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, now),
        or(isNull(sessions.organizationId), isNotNull(members.role)),
      ),
    );
}

function refreshStateOf(row: StandingRow): RefreshState | null {
  const standing = standingOf(row);
  return standing === null || row === undefined ? null : { ...row.refresh, standing };
}

type StandingRow = Awaited<ReturnType<ReturnType<typeof selectStanding>["get"]>>;

export function standingOf(row: StandingRow): Standing | null {
  if (row === undefined) return null;
  const { session, user, membership, factorConfirmedAt } = row;
  return { session, user, membership: membershipOf(membership), hasSecondFactor: factorConfirmedAt !== null };
}
