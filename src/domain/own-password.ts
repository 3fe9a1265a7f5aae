import { attempt, passwordAsks } from "./attempt.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { SealedHash } from "./ids.ts";
import { provePassword } from "./password-proof.ts";
import type { Core } from "./ports.ts";
import type { User } from "./user.ts";

/**
 * Who is signed in proves once more that they know the password, under the same limits as a login. Answers the hash that
 * was proven. Throws `wrong_password`, also where the account has none.
 */
export async function proveOwnPassword(
  core: Core,
  { call, user, password }: { call: Call; user: User; password: string },
): Promise<SealedHash> {
  return attempt(core, {
    call,
    asks: passwordAsks({ call, email: user.email }),
    counts: ["wrong_password"],
    check: async () => {
      const credential = await core.users.credentialById(user.id);
      const proof = await provePassword(core, { credential, password });
      if (proof === null || !credential?.passwordHash) throw new AuthError("wrong_password", "wrong current password");
      return credential.passwordHash;
    },
  });
}
