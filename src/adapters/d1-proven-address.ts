import { and, isNull, type SQL, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { NewTeam } from "../domain/team.ts";
import { auditInsertIfChanged, type Database, insertWhere } from "./d1.ts";
import { apiKeys, backupCodes, members, organizations, secondFactors, sessions, users } from "./d1-schema.ts";
import { challenges } from "./d1-schema-challenge.ts";
import { companyCredentials, projects } from "./d1-schema-organization.ts";

// What the proof of an address causes, as statements for the batch that proves it. `user` is any SQL that gives one
// user's key, or NULL: then nothing happens.

const DEFAULT_PROJECT = "Default";

/** Verified, with a team and a project: each once, however many proofs arrive. `audit` where nothing else tells of a first one. */
export function addressProven(
  db: Database,
  { user, team, now, audit }: { user: SQL; team: NewTeam; now: number; audit?: AuditEntry },
) {
  return [
    db
      .update(users)
      .set({ emailVerifiedAt: now })
      .where(and(sql`${users.id} = ${user}`, isNull(users.emailVerifiedAt))),
    ...(audit === undefined ? [] : [auditInsertIfChanged(db, { ...audit, action: "user.email_verified" })]),
    ...teamMade(db, { user, team, now }),
  ];
}

/** The team unless the user has one, and a project unless the team has one. */
export function teamMade(db: Database, { user, team, now }: { user: SQL; team: NewTeam; now: number }) {
  const organizationId = sql`(SELECT id FROM organizations WHERE public_id = ${team.organization})`;
  const isMade = sql`EXISTS (SELECT 1 FROM organizations WHERE public_id = ${team.organization})`;
  return [
    db.insert(organizations).select(sql`
      SELECT NULL, ${team.organization}, full_name, ${now} FROM users
      WHERE id = ${user} AND NOT EXISTS (SELECT 1 FROM members WHERE user_id = users.id)`),
    insertWhere(db, members, {
      rows: [{ organizationId, userId: user, role: "admin", createdAt: now }],
      condition: isMade,
    }),
    db.insert(projects).select(sql`
      SELECT NULL, ${team.project}, organization_id, ${DEFAULT_PROJECT}, ${now}, NULL FROM (
        SELECT organization_id, role FROM members WHERE user_id = ${user} AND is_active = 1 ORDER BY created_at, organization_id LIMIT 1
      ) AS team
      WHERE role = 'admin' AND NOT EXISTS (SELECT 1 FROM projects p WHERE p.organization_id = team.organization_id)`),
    db
      .update(sessions)
      .set({ organizationId })
      .where(
        and(sql`${sessions.userId} = ${user}`, isNull(sessions.organizationId), isNull(sessions.revokedAt), isMade),
      ),
  ];
}

const NOTHING_OWNED = { passwordHash: null, phone: null, pendingPhone: null, pendingEmail: null };

/**
 * What was made before the first proof of an address by whoever registered it, for a batch in which somebody else may be
 * proving it. It comes before `addressProven`, and answers the sessions and, second, the company credentials that it ended.
 */
export function unprovenPastDropped(db: Database, { user, now, audit }: { user: SQL; now: number; audit: AuditEntry }) {
  const isUnproven = sql`EXISTS (SELECT 1 FROM users u WHERE u.id = ${user} AND u.email_verified_at IS NULL)`;
  return [
    db
      .update(sessions)
      .set({ revokedAt: now })
      .where(
        and(
          sql`${sessions.userId} = ${user}`,
          isNull(sessions.revokedAt),
          sql`${sessions.expiresAt} > ${now}`,
          isUnproven,
        ),
      )
      .returning({ id: sessions.id }),
    db
      .update(companyCredentials)
      .set({ revokedAt: now })
      .where(and(isOfTeamOf(user), isNull(companyCredentials.revokedAt), isUnproven))
      .returning({ id: companyCredentials.publicId }),
    db.delete(secondFactors).where(and(sql`${secondFactors.userId} = ${user}`, isUnproven)),
    db.delete(backupCodes).where(and(sql`${backupCodes.userId} = ${user}`, isUnproven)),
    db
      .update(apiKeys)
      .set({ revokedAt: now })
      .where(and(sql`${apiKeys.userId} = ${user}`, isNull(apiKeys.revokedAt), isUnproven)),
    db.delete(challenges).where(and(sql`${challenges.userId} = ${user}`, isNull(challenges.usedAt), isUnproven)),
    db
      .update(users)
      .set({ ...NOTHING_OWNED, credentialVersion: sql`${users.credentialVersion} + 1` })
      .where(and(sql`${users.id} = ${user}`, isNull(users.emailVerifiedAt))),
    auditInsertIfChanged(db, { ...audit, action: "user.unproven_past_dropped" }),
  ] as const;
}

/** Of an organization that the user directs. */
export function isOfTeamOf(user: SQL): SQL {
  return sql`${companyCredentials.organizationId} IN (
    SELECT organization_id FROM members WHERE user_id = ${user} AND role = 'admin')`;
}
