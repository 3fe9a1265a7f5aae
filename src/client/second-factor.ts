import type { Done } from "./account.ts";
import { type Client, call } from "./client.ts";

// Two-factor authentication, with the fields and answers of datix's document. Each throws LatchkeyError.

export interface SetUp {
  readonly secret: string;
  /** a PNG as a data URI, for authenticator apps */
  readonly qr_code: string;
  /** shown once */
  readonly backup_codes: readonly string[];
}

/** In force once `confirm2fa` was given a first code. */
export function enable2fa(client: Client): Promise<SetUp> {
  return call(client, "/v1/auth/enable-2fa", { method: "POST" });
}

export function confirm2fa(client: Client, proof: { readonly code: string }): Promise<Done> {
  return call(client, "/v1/auth/confirm-2fa", { json: proof });
}

/** By the password and a code of the app or a backup code. Ends every other session. */
export function disable2fa(client: Client, proof: { readonly password: string; readonly code: string }): Promise<Done> {
  return call(client, "/v1/auth/disable-2fa", { json: proof });
}

/** All earlier ones are void. */
export function renewBackupCodes(
  client: Client,
  proof: { readonly password: string },
): Promise<{ readonly backup_codes: readonly string[] }> {
  return call(client, "/v1/auth/backup-codes", { json: proof });
}
