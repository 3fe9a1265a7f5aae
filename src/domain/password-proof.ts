import { text, utf8 } from "../crypto/bytes.ts";
import { decoyHash, hashPassword, missingRounds, SALT_BYTES, verifyPassword } from "../crypto/password-hash.ts";
import { AuthError } from "./error.ts";
import type { SealedHash } from "./ids.ts";
import { normalizePassword, PASSWORD_MAX_BYTES, passwordProblem } from "./password.ts";
import type { Core, Credential } from "./ports.ts";

/** A new password's hash, sealed for its user (`publicId`): copied to another row it stays shut. */
export async function sealPassword(
  core: Core,
  { publicId, password }: { publicId: string; password: string },
): Promise<SealedHash> {
  const encoded = await hashPassword({
    password: normalizePassword(password),
    rounds: core.settings.passwordHashRounds,
    salt: core.random(SALT_BYTES),
  });
  return (await core.sealer.seal({
    purpose: "password-hash",
    context: publicId,
    plaintext: utf8(encoded),
  })) as SealedHash;
}

export interface PasswordProof {
  /** the stored hash costs less than today's: hash again while the password is at hand. Whose key sealed it is the cron trigger's matter (`reseal.ts`) */
  readonly outdated: boolean;
}

/** True cost in every case: without an account or a password the decoy is verified. Null when the password isn't the account's. */
export async function provePassword(
  core: Core,
  { credential, password }: { credential: Credential | null; password: string },
): Promise<PasswordProof | null> {
  const stored = credential?.passwordHash ?? null;
  const encoded =
    credential === null || stored === null
      ? decoyHash(core.settings.passwordHashRounds)
      : text(await core.sealer.open({ purpose: "password-hash", context: credential.user.publicId, sealed: stored }));
  const bounded = boundedPassword(password);
  const matches = await verifyPassword({ password: bounded, encoded });
  const missing = missingRounds(encoded, core.settings.passwordHashRounds);
  if (!matches || stored === null) {
    // A hash of cheaper times costs what the decoy does, or an account would show by its speed.
    if (missing > 0) await hashPassword({ password: bounded, rounds: missing, salt: new Uint8Array(SALT_BYTES) });
    return null;
  }
  return { outdated: missing > 0 };
}

/** Hashing is the costliest thing here: what can't be anybody's password is hashed as the empty one. */
function boundedPassword(password: string): string {
  const normalized = normalizePassword(password);
  return utf8(normalized).length > PASSWORD_MAX_BYTES ? "" : normalized;
}

/** Refuses what may not be a new password; `field` is the caller's name for it. */
export function checkNewPassword(
  core: Core,
  { password, email, name, field }: { password: string; email: string; name: string; field: string },
): void {
  const problem = passwordProblem({ password, email, name, minLength: core.settings.passwordMinLength });
  if (problem !== null) throw new AuthError("weak_password", problem.message, { field, message: problem.message });
}
