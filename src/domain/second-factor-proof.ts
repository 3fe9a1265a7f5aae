import { matchingStep } from "../crypto/totp.ts";
import { attempt } from "./attempt.ts";
import { type AuditAction, accountEntry } from "./audit.ts";
import { looksLikeBackupCode, matchingBackupCode } from "./backup-codes.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { AuthError } from "./error.ts";
import type { ProvenFactor } from "./ports/second-factors.ts";
import type { Core } from "./ports.ts";
import { openTotpSecret } from "./totp-secret.ts";
import type { Account, User } from "./user.ts";

/**
 * Runs a check of a code under the account's budget of wrong ones. The budget is the account's own, whichever login or
 * session the guesses come from: neither another login nor another address renews it.
 */
export async function guessSecondFactor<Result>(
  core: Core,
  guess: {
    call: Call;
    account: Account;
    /** what a wrong code is called in the audit log */
    failure: AuditAction;
    check(): Promise<Result>;
  },
): Promise<Result> {
  const { call, account } = guess;
  return attempt(core, {
    call,
    asks: [
      { name: "mfa:guess", key: account.user.publicId },
      { name: "login:ip", key: clientKeyOf(call.address) },
    ],
    counts: ["wrong_second_factor"],
    check: async () => {
      try {
        return await guess.check();
      } catch (error) {
        if (error instanceof AuthError && error.refusal === "wrong_second_factor") {
          const facts = { action: guess.failure, at: core.clock.now(), result: "failure" } as const;
          call.later(core.auditLog.write(accountEntry(call, account, facts)));
        }
        throw error;
      }
    },
  });
}

/** A TOTP or a backup code of the user's confirmed factor. It isn't spent yet. Throws `wrong_second_factor`. */
export async function proveSecondFactor(
  core: Core,
  { user, code }: { user: User; code: string },
): Promise<ProvenFactor> {
  const proof = looksLikeBackupCode(code)
    ? await proveBackupCode(core, { user, code })
    : await proveTotp(core, { user, code });
  if (proof === null) throw wrongSecondFactor("wrong or spent code");
  return proof;
}

async function proveBackupCode(core: Core, typed: { user: User; code: string }): Promise<ProvenFactor | null> {
  const id = await matchingBackupCode(core, typed);
  return id === null ? null : { kind: "backup_code", id };
}

async function proveTotp(core: Core, { user, code }: { user: User; code: string }): Promise<ProvenFactor | null> {
  const factor = await core.secondFactors.of(user.id);
  if (factor === null || factor.confirmedAt === null) return null;
  const secret = await openTotpSecret(core, { user, sealed: factor.sealedSecret });
  const step = await matchingStep({ secret, code, now: core.clock.now(), lastStep: factor.lastStep });
  return step === null ? null : { kind: "time_step", step };
}

export function wrongSecondFactor(why: string): AuthError {
  return new AuthError("wrong_second_factor", why);
}
