import { base32 } from "../crypto/bytes.ts";
import { matchingStep, TOTP_SECRET_BYTES } from "../crypto/totp.ts";
import { accountEntry } from "./audit.ts";
import { newBackupCodes, openBackupCodes } from "./backup-codes.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import { proveOwnPassword } from "./own-password.ts";
import type { Core } from "./ports.ts";
import { qrCodeDataUri } from "./qr-code.ts";
import { guessSecondFactor, proveSecondFactor, wrongSecondFactor } from "./second-factor-proof.ts";
import type { Standing } from "./session.ts";
import { openTotpSecret, otpauthUri, sealTotpSecret } from "./totp-secret.ts";

/** What is shown once, when a second factor is set up. */
export interface SecondFactorSetup {
  /** base32 */
  readonly secret: string;
  /** a PNG as a data URI */
  readonly qrCode: string;
  readonly backupCodes: readonly string[];
}

/** A new secret and new codes, of no effect until confirmed. Those of an earlier, unconfirmed setup are forgotten. */
export async function enableSecondFactor(
  core: Core,
  { call, caller }: { call: Call; caller: Standing },
): Promise<SecondFactorSetup> {
  if (caller.hasSecondFactor) throw alreadyOn();
  const { user } = caller;
  const now = core.clock.now();
  const secret = core.random(TOTP_SECRET_BYTES);
  const codes = await newBackupCodes(core, user);
  const qrCode = await qrCodeDataUri(otpauthUri(core, { user, secret }));
  const sealedSecret = await sealTotpSecret(core, { user, secret });
  const began = await core.secondFactors.begin(
    { userId: user.id, sealedSecret, codes: codes.stored, now },
    accountEntry(call, caller, { action: "second_factor.enabled", at: now }),
  );
  if (!began) throw alreadyOn();
  return { secret: base32(secret), qrCode, backupCodes: codes.shown };
}

/** The setup that waits for its first code, as it was shown: it is of no effect yet. Null when there is none. */
export async function unconfirmedSetup(
  core: Core,
  { caller }: { caller: Standing },
): Promise<SecondFactorSetup | null> {
  const { user } = caller;
  const factor = await core.secondFactors.of(user.id);
  if (factor === null || factor.confirmedAt !== null) return null;
  const secret = await openTotpSecret(core, { user, sealed: factor.sealedSecret });
  const backupCodes = await openBackupCodes(core, user);
  return { secret: base32(secret), qrCode: await qrCodeDataUri(otpauthUri(core, { user, secret })), backupCodes };
}

/** A first code shows that the app has the secret: from now on no login goes past the second factor. */
export async function confirmSecondFactor(
  core: Core,
  { call, caller, code }: { call: Call; caller: Standing; code: string },
): Promise<void> {
  if (caller.hasSecondFactor) throw alreadyOn();
  const { user } = caller;
  if ((await core.secondFactors.of(user.id)) === null) throw isOff();
  const confirm = () => confirmSetup(core, { call, caller, code });
  await guessSecondFactor(core, {
    call,
    account: caller,
    failure: "second_factor.failed",
    check: async () => {
      // Once more where the secret was merely sealed anew; after another setup or confirmation the code is a wrong one.
      if (!(await confirm()) && !(await confirm())) throw wrongSecondFactor("the setup was replaced meanwhile");
    },
  });
}

/** False when the setup whose code was proven is no longer the one that is stored. */
async function confirmSetup(
  core: Core,
  { call, caller, code }: { call: Call; caller: Standing; code: string },
): Promise<boolean> {
  const { user } = caller;
  const setup = await core.secondFactors.of(user.id);
  if (setup === null) throw isOff();
  const now = core.clock.now();
  const secret = await openTotpSecret(core, { user, sealed: setup.sealedSecret });
  const step = await matchingStep({ secret, code, now, lastStep: setup.lastStep });
  if (step === null) throw wrongSecondFactor("wrong code");
  return core.secondFactors.confirm(
    { userId: user.id, sealedSecret: setup.sealedSecret, step, now },
    accountEntry(call, caller, { action: "second_factor.confirmed", at: now }),
  );
}

/** Takes the password and a code. Every other session ends, as after a change of the password. */
export async function disableSecondFactor(
  core: Core,
  { call, caller, password, code }: { call: Call; caller: Standing; password: string; code: string },
): Promise<void> {
  if (!caller.hasSecondFactor) throw isOff();
  const { user, session } = caller;
  await proveOwnPassword(core, { call, user, password });
  const ended = await guessSecondFactor(core, {
    call,
    account: caller,
    failure: "second_factor.failed",
    check: async () => {
      const proof = await proveSecondFactor(core, { user, code });
      const now = core.clock.now();
      const removed = await core.secondFactors.remove(
        { userId: user.id, proof, keep: session.id, now },
        accountEntry(call, caller, { action: "second_factor.disabled", at: now }),
      );
      if (removed === null) throw wrongSecondFactor("the code was spent meanwhile");
      return removed;
    },
  });
  call.later(core.revocations.publish(ended));
}

/** New backup codes in place of all earlier ones, spent or not. */
export async function renewBackupCodes(
  core: Core,
  { call, caller, password }: { call: Call; caller: Standing; password: string },
): Promise<readonly string[]> {
  if (!caller.hasSecondFactor) throw isOff();
  const { user } = caller;
  await proveOwnPassword(core, { call, user, password });
  const codes = await newBackupCodes(core, user);
  const renewed = await core.secondFactors.renewBackupCodes(
    { userId: user.id, codes: codes.stored },
    accountEntry(call, caller, { action: "backup_codes.renewed", at: core.clock.now() }),
  );
  if (!renewed) throw isOff();
  return codes.shown;
}

function alreadyOn(): AuthError {
  return new AuthError("second_factor_on", "the account has a confirmed second factor");
}

function isOff(): AuthError {
  return new AuthError("second_factor_off", "the account has no such second factor");
}
