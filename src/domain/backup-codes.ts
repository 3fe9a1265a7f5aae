import { equalBytes, text, utf8 } from "../crypto/bytes.ts";
import { randomDigits } from "../crypto/digits.ts";
import { base62 } from "../crypto/ids.ts";
import type { BackupCodeId, SealedBackupCode } from "./ids.ts";
import type { StoredBackupCode } from "./ports/second-factors.ts";
import type { Core } from "./ports.ts";
import type { User } from "./user.ts";

/** As the datix documentation shows them. */
const BACKUP_CODES = 10;
const BACKUP_CODE_DIGITS = 8;
const ID_BYTES = 16;

export interface NewBackupCodes {
  /** shown once */
  readonly shown: readonly string[];
  readonly stored: readonly StoredBackupCode[];
}

export async function newBackupCodes(core: Core, user: User): Promise<NewBackupCodes> {
  const shown = Array.from({ length: BACKUP_CODES }, () =>
    randomDigits({ count: BACKUP_CODE_DIGITS, random: core.random }),
  );
  const stored = await Promise.all(
    shown.map(async (code) => {
      const id = base62(core.random(ID_BYTES)) as BackupCodeId;
      const sealed = await core.sealer.seal({
        purpose: "backup-code",
        context: backupCodeContext({ publicId: user.publicId, id }),
        plaintext: utf8(code),
      });
      return { id, sealedCode: sealed as SealedBackupCode };
    }),
  );
  return { shown, stored };
}

/** The user's unspent ones, to be shown while their setup waits for its confirmation. */
export async function openBackupCodes(core: Core, user: User): Promise<readonly string[]> {
  const unspent = await core.secondFactors.backupCodes(user.id);
  return Promise.all(unspent.map(async (stored) => text(await openCode(core, { user, stored }))));
}

function openCode(core: Core, { user, stored }: { user: User; stored: StoredBackupCode }): Promise<Uint8Array> {
  return core.sealer.open({
    purpose: "backup-code",
    context: backupCodeContext({ publicId: user.publicId, id: stored.id }),
    sealed: stored.sealedCode,
  });
}

/** A six-digit code costs no look at them. */
export function looksLikeBackupCode(code: string): boolean {
  return code.length === BACKUP_CODE_DIGITS;
}

/** The unspent backup code of the user that this is, or null. All are compared, whichever matches. */
export async function matchingBackupCode(
  core: Core,
  { user, code }: { user: User; code: string },
): Promise<BackupCodeId | null> {
  const typed = utf8(code);
  const unspent = await core.secondFactors.backupCodes(user.id);
  const opened = await Promise.all(unspent.map((stored) => openCode(core, { user, stored })));
  const matches = opened.map((digits) => equalBytes(digits, typed));
  return unspent[matches.indexOf(true)]?.id ?? null;
}

/** What a code is sealed for: copied to another row it stays shut. */
export function backupCodeContext({ publicId, id }: { publicId: string; id: string }): string {
  return `${publicId}/${id}`;
}
