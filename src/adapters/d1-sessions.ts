import { and, desc, eq, getTableColumns, gt, isNull, ne, type Placeholder, sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.ts";
import type { Sessions } from "../domain/ports.ts";
import type { Session, SessionGrounds, Standing } from "../domain/session.ts";
import { auditInsertIfChanged, type Database, named, onD1 } from "./d1.ts";
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
        const [row] = rows;
        const standing = standingOf(row);
        return standing === null || row === undefined ? null : { ...row.refresh, standing };
      }),

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

/** Inserts the row if the user's credentials are still of the version that was proven; `pending`, it has not begun. */
export function insertSession(
  db: Database,
  { session, grounds, pending }: { session: Session; grounds: SessionGrounds; pending: boolean },
) {
  const { organization, version } = grounds;
  const row: Required<typeof sessions.$inferInsert> = {
    ...session,
    amr: [...session.amr],
    organizationId: organization,
    revokedAt: null,
    refreshCounter: 0,
    rotatedAt: 0,
    pending,
  };
  const values = Object.entries(getTableColumns(sessions)).map(
    ([name, column]) => sql`${sql.param(row[name as keyof typeof row], column)}`,
  );
  return db
    .insert(sessions)
    .select(
      sql`SELECT ${sql.join(values, sql`, `)} FROM ${users} WHERE ${and(eq(users.id, session.userId), eq(users.credentialVersion, version))}`,
    )
    .returning({ id: sessions.id });
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
      role: members.role,
      organizationId: named(organizations.id, "organization_row"),
      organizationPublicId: named(organizations.publicId, "organization_public_id"),
      organizationName: organizations.name,
      factorConfirmedAt: secondFactors.confirmedAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(members, and(eq(members.userId, users.id), eq(members.organizationId, sessions.organizationId)))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(
      and(eq(sessions.id, id), eq(sessions.pending, pending), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)),
    );
}

type StandingRow = Awaited<ReturnType<ReturnType<typeof selectStanding>["get"]>>;

export function standingOf(row: StandingRow): Standing | null {
  if (row === undefined) return null;
  const { session, user, role, organizationId: id, organizationPublicId: publicId, organizationName: name } = row;
  const membership = role === null || name === null ? null : { role, organization: { id, publicId, name } };
  return { session, user, membership, hasSecondFactor: row.factorConfirmedAt !== null };
}
