import type { UserId } from "../../src/domain/ids.ts";
import type { ProvenFactor, SecondFactors } from "../../src/domain/ports/second-factors.ts";
import { hasSecondFactor, liveSessions, type MemoryDatabase, revoke } from "./database.ts";

/** Second factors in a Map. */
export function memorySecondFactors(db: MemoryDatabase): SecondFactors {
  return {
    of: async (userId) => db.secondFactors.get(userId) ?? null,

    backupCodes: async (userId) => [...(db.backupCodes.get(userId) ?? [])],

    async begin({ userId, sealedSecret, codes }, audit) {
      if (hasSecondFactor(db, userId)) return false;
      db.secondFactors.set(userId, { sealedSecret, confirmedAt: null, lastStep: 0 });
      db.backupCodes.set(userId, codes);
      db.audit.push(audit);
      return true;
    },

    async confirm({ userId, sealedSecret, step, now }, audit) {
      const factor = db.secondFactors.get(userId);
      if (factor?.sealedSecret !== sealedSecret || factor.confirmedAt !== null || factor.lastStep >= step) return false;
      db.secondFactors.set(userId, { sealedSecret, confirmedAt: now, lastStep: step });
      newVersion(db, userId);
      db.audit.push(audit);
      return true;
    },

    async renewBackupCodes({ userId, codes }, audit) {
      if (!hasSecondFactor(db, userId)) return false;
      db.backupCodes.set(userId, codes);
      db.audit.push(audit);
      return true;
    },

    async remove({ userId, proof, keep, now }, audit) {
      if (!spendFactor(db, { userId, proof })) return null;
      db.secondFactors.delete(userId);
      db.backupCodes.delete(userId);
      newVersion(db, userId);
      db.audit.push(audit);
      return revoke(
        db,
        liveSessions(db, userId, now).filter(({ session }) => session.id !== keep),
      );
    },
  };
}

/** Who proved a first factor before this may open no session on it. */
function newVersion(db: MemoryDatabase, userId: UserId): void {
  const user = db.users.get(userId);
  if (user !== undefined) db.users.set(userId, { ...user, version: user.version + 1 });
}

/** False, and nothing changed, when the proof was spent before. */
export function spendFactor(db: MemoryDatabase, { userId, proof }: { userId: UserId; proof: ProvenFactor }): boolean {
  const factor = db.secondFactors.get(userId);
  if (factor === undefined || factor.confirmedAt === null) return false;
  if (proof.kind === "time_step") {
    if (factor.lastStep >= proof.step) return false;
    db.secondFactors.set(userId, { ...factor, lastStep: proof.step });
    return true;
  }
  const before = db.backupCodes.get(userId) ?? [];
  const left = before.filter(({ id }) => id !== proof.id);
  db.backupCodes.set(userId, left);
  return left.length < before.length;
}
