import { base32 } from "../crypto/bytes.ts";
import { TOTP_DIGITS, TOTP_PERIOD_SECONDS } from "../crypto/totp.ts";
import type { SealedTotpSecret } from "./ids.ts";
import type { Core } from "./ports.ts";
import type { User } from "./user.ts";

export async function sealTotpSecret(
  core: Core,
  { user, secret }: { user: User; secret: Uint8Array },
): Promise<SealedTotpSecret> {
  const sealed = await core.sealer.seal({ purpose: "totp-secret", context: user.publicId, plaintext: secret });
  return sealed as SealedTotpSecret;
}

export async function openTotpSecret(
  core: Core,
  { user, sealed }: { user: User; sealed: SealedTotpSecret },
): Promise<Uint8Array> {
  return core.sealer.open({ purpose: "totp-secret", context: user.publicId, sealed });
}

/** What an authenticator app scans (github.com/google/google-authenticator/wiki/Key-Uri-Format), filed under our own host. */
export function otpauthUri(core: Core, { user, secret }: { user: User; secret: Uint8Array }): string {
  const issuer = encodeURIComponent(new URL(core.settings.issuer).hostname);
  const label = `${issuer}:${encodeURIComponent(user.email)}`;
  const form = `algorithm=SHA1&digits=${TOTP_DIGITS}&period=${TOTP_PERIOD_SECONDS}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${issuer}&${form}`;
}
