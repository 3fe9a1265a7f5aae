import { and, eq, exists, gt, isNotNull, isNull, lt, ne, not, type SQL, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { SessionId, UserId } from "../domain/ids.ts";
import type { ProvenFactor, SecondFactors, StoredBackupCode } from "../domain/ports/second-factors.ts";
import { auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { backupCodes, secondFactors, sessions, users } from "./d1-schema.ts";

export function d1SecondFactors(db: Database): SecondFactors {
  const factorOfUser = db
    .select({
      sealedSecret: secondFactors.sealedSecret,
      confirmedAt: secondFactors.confirmedAt,
      lastStep: secondFactors.lastStep,
    })
    .from(secondFactors)
    .where(eq(secondFactors.userId, sql.placeholder("userId")))
    .prepare();
  const codesOfUser = db
    .select({ id: backupCodes.id, sealedCode: backupCodes.sealedCode })
    .from(backupCodes)
    .where(eq(backupCodes.userId, sql.placeholder("userId")))
    .prepare();

  return {
    of: (userId) => onD1("second factor", async () => (await factorOfUser.get({ userId })) ?? null),
    backupCodes: (userId) => onD1("backup codes", async () => codesOfUser.all({ userId })),
    begin: (setup, audit) => onD1("begin second factor", () => begin(db, setup, audit)),
    confirm: (which, audit) => onD1("confirm second factor", () => confirm(db, which, audit)),
    renewBackupCodes: (renewal, audit) => onD1("renew backup codes", () => renewBackupCodes(db, renewal, audit)),
    remove: (removal, audit) => onD1("remove second factor", () => remove(db, removal, audit)),
  };
}

// In each batch a statement with `changes() > 0` acts only when the one before it did (SQLite's count of its rows).

async function begin(
  db: Database,
  { userId, sealedSecret, codes, now }: Parameters<SecondFactors["begin"]>[0],
  audit: AuditEntry,
): Promise<boolean> {
  const setup = { sealedSecret, lastStep: 0, createdAt: now };
  // a sealed secret is never made twice: it is there only when the first statement put it there
  const isOurs = factorExists(db, userId, eq(secondFactors.sealedSecret, sealedSecret));
  const [begun] = await db.batch([
    db
      .insert(secondFactors)
      .values({ userId, ...setup })
      .onConflictDoUpdate({ target: secondFactors.userId, set: setup, setWhere: isNull(secondFactors.confirmedAt) })
      .returning({ userId: secondFactors.userId }),
    auditInsertIfChanged(db, audit),
    ...replaceCodes(db, { userId, codes, when: isOurs }),
  ]);
  return begun.length > 0;
}

async function confirm(
  db: Database,
  { userId, sealedSecret, step, now }: Parameters<SecondFactors["confirm"]>[0],
  audit: AuditEntry,
): Promise<boolean> {
  const isProven = and(eq(secondFactors.userId, userId), eq(secondFactors.sealedSecret, sealedSecret));
  const [confirmed] = await db.batch([
    db
      .update(secondFactors)
      .set({ confirmedAt: now, lastStep: step })
      .where(and(isProven, isNull(secondFactors.confirmedAt), lt(secondFactors.lastStep, step)))
      .returning({ userId: secondFactors.userId }),
    auditInsertIfChanged(db, audit),
    newCredentialVersion(db, userId),
  ]);
  return confirmed.length > 0;
}

async function renewBackupCodes(
  db: Database,
  { userId, codes }: Parameters<SecondFactors["renewBackupCodes"]>[0],
  audit: AuditEntry,
): Promise<boolean> {
  const isOn = factorExists(db, userId, isNotNull(secondFactors.confirmedAt));
  const [, inserted] = await db.batch([
    ...replaceCodes(db, { userId, codes, when: isOn }),
    auditInsertIfChanged(db, audit),
  ]);
  return inserted.length > 0;
}

async function remove(
  db: Database,
  { userId, proof, keep, now }: Parameters<SecondFactors["remove"]>[0],
  audit: AuditEntry,
): Promise<SessionId[] | null> {
  const [, removed, , , ended] = await db.batch([
    spendFactor(db, { userId, proof }),
    db
      .delete(secondFactors)
      .where(and(eq(secondFactors.userId, userId), sql`changes() > 0`))
      .returning({ userId: secondFactors.userId }),
    auditInsertIfChanged(db, audit),
    newCredentialVersion(db, userId),
    db
      .update(sessions)
      .set({ revokedAt: now })
      .where(
        and(
          sql`changes() > 0`,
          eq(sessions.userId, userId),
          ne(sessions.id, keep),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, now),
        ),
      )
      .returning({ id: sessions.id }),
    db.delete(backupCodes).where(and(eq(backupCodes.userId, userId), not(factorExists(db, userId)))),
  ]);
  return removed.length === 0 ? null : ended.map((session) => session.id);
}

/** A first factor that was proven before the statement before this one opens no session any more. */
function newCredentialVersion(db: Database, userId: UserId) {
  return db
    .update(users)
    .set({ credentialVersion: sql`${users.credentialVersion} + 1` })
    .where(and(eq(users.id, userId), sql`changes() > 0`));
}

/** Two statements: the user's codes go and the new ones come, where `when` holds. */
function replaceCodes(
  db: Database,
  { userId, codes, when }: { userId: UserId; codes: readonly StoredBackupCode[]; when: SQL },
) {
  return [
    db.delete(backupCodes).where(and(eq(backupCodes.userId, userId), when)),
    db
      .insert(backupCodes)
      .select(
        sql`SELECT value ->> 'id', ${userId}, value ->> 'sealedCode' FROM json_each(${JSON.stringify(codes)}) WHERE ${when}`,
      )
      .returning({ id: backupCodes.id }),
  ] as const;
}

function factorExists(db: Database, userId: UserId, ...conditions: readonly SQL[]): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(secondFactors)
      .where(and(eq(secondFactors.userId, userId), ...conditions)),
  );
}

/** Spends the proof, where the condition holds too; a row comes back when it did. Of N parallel statements one has it. */
export function spendFactor(
  db: Database,
  { userId, proof, when }: { userId: UserId; proof: ProvenFactor; when?: SQL },
) {
  const isOn = isNotNull(secondFactors.confirmedAt);
  if (proof.kind === "backup_code") {
    const code = and(eq(backupCodes.id, proof.id), eq(backupCodes.userId, userId));
    return db
      .delete(backupCodes)
      .where(and(code, factorExists(db, userId, isOn), when))
      .returning({ userId: backupCodes.userId });
  }
  const unspent = and(eq(secondFactors.userId, userId), isOn, lt(secondFactors.lastStep, proof.step));
  return db
    .update(secondFactors)
    .set({ lastStep: proof.step })
    .where(and(unspent, when))
    .returning({ userId: secondFactors.userId });
}
