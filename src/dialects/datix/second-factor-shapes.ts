import * as v from "valibot";
import type { SecondFactorSetup } from "../../domain/second-factor.ts";
import { password, sample, secret, text } from "../../wire/fields.ts";

export const SecondFactorOfLogin = v.pipe(
  v.object({ temp_token: sample(secret, "temp_xyz789"), code: sample(secret, "123456") }),
  v.transform(({ temp_token: tempToken, code }) => ({ tempToken, code })),
);

export const Code = v.object({ code: sample(secret, "123456") });

export const PasswordAndCode = v.object({ password, code: sample(secret, "123456") });

export const Password = v.object({ password });

const BackupCodes = sample(v.array(v.pipe(v.string(), v.regex(/^\d{8}$/))), ["12345678", "23456789"]);

export const SetUp = v.object({
  secret: text("JBSWY3DPEHPK3PXP"),
  qr_code: text("data:image/png;base64,iVBORw0KGgo..."),
  backup_codes: BackupCodes,
});

export function setUp({ secret, qrCode, backupCodes }: SecondFactorSetup): v.InferOutput<typeof SetUp> {
  return { secret, qr_code: qrCode, backup_codes: [...backupCodes] };
}

export const NewBackupCodes = v.object({ backup_codes: BackupCodes });

export function newBackupCodes(codes: readonly string[]): v.InferOutput<typeof NewBackupCodes> {
  return { backup_codes: [...codes] };
}
