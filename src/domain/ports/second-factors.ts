import type { AuditEntry } from "../audit.ts";
import type { BackupCodeId, SealedBackupCode, SealedTotpSecret, SessionId, UserId } from "../ids.ts";

export interface SecondFactor {
  readonly sealedSecret: SealedTotpSecret;
  /** epoch seconds; null: set up, and of no effect until a first code confirms it */
  readonly confirmedAt: number | null;
  /** the last time step that was spent, and with it every step before; 0 when none was */
  readonly lastStep: number;
}

export interface StoredBackupCode {
  readonly id: BackupCodeId;
  readonly sealedCode: SealedBackupCode;
}

/** A right code. It is spent by the statement that it opens, so of N parallel uses one wins. */
export type ProvenFactor =
  | { readonly kind: "time_step"; readonly step: number }
  | { readonly kind: "backup_code"; readonly id: BackupCodeId };

/** The second factors of users. Each change is one batch with its audit entry, or nothing. */
export interface SecondFactors {
  of(userId: UserId): Promise<SecondFactor | null>;
  backupCodes(userId: UserId): Promise<StoredBackupCode[]>;
  /** An unconfirmed factor and its codes, in place of an earlier one; false when a confirmed one is there. */
  begin(
    setup: { userId: UserId; sealedSecret: SealedTotpSecret; codes: readonly StoredBackupCode[]; now: number },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** Turns on exactly the factor whose code was proven and spends its time step; false when it isn't there to be confirmed. */
  confirm(
    which: { userId: UserId; sealedSecret: SealedTotpSecret; step: number; now: number },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** New codes in place of all earlier ones; false when there is no confirmed factor. */
  renewBackupCodes(
    renewal: { userId: UserId; codes: readonly StoredBackupCode[] },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** Spends the proof, removes the factor and its codes and ends the other sessions, whose ids are answered; null when the proof was spent before. */
  remove(
    removal: { userId: UserId; proof: ProvenFactor; keep: SessionId; now: number },
    audit: AuditEntry,
  ): Promise<SessionId[] | null>;
}
