import { type Client, call } from "./client.ts";
import { settle } from "./login.ts";
import type { TokenAnswer } from "./tokens.ts";

// Addresses and forgotten passwords, with the fields of vault's document. Each throws LatchkeyError.

/** Makes an account, logs it in and has its address verified by mail. */
export async function registerAndLogin(
  client: Client,
  account: { readonly email: string; readonly password: string; readonly name: string },
): Promise<void> {
  await settle(client, "vault", await call<TokenAnswer>(client, "/api/register", { json: account, open: true }));
}

/** By the token of the mailed link; the tokens that follow are those of the team that it makes. */
export async function verifyEmail(client: Client, { token }: { readonly token: string }): Promise<void> {
  const path = `/api/verify-email/${encodeURIComponent(token)}`;
  await settle(client, "vault", await call<TokenAnswer>(client, path, { open: true }));
}

export async function resendEmailVerification(client: Client, { capcha }: { readonly capcha: string }): Promise<void> {
  await call(client, `/api/resend-email-verification?${new URLSearchParams({ capcha })}`);
}

/** Answers the same for an address that nobody has. */
export async function forgotPassword(client: Client, { email }: { readonly email: string }): Promise<void> {
  await call(client, "/api/forgot-password", { json: { email }, open: true });
}

/** By the token of the mailed link. */
export async function resetPassword(
  client: Client,
  change: { readonly token: string; readonly newPassword: string },
): Promise<void> {
  await call(client, "/api/reset-password", { json: change, open: true });
}

export function emailExists(client: Client, { email }: { readonly email: string }): Promise<boolean> {
  return call(client, `/api/exist-email/${encodeURIComponent(email)}`, { open: true });
}
