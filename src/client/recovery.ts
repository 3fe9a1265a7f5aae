import { type Client, call } from "./client.ts";
import { type LoginAnswer, type LoginOutcome, settle } from "./login.ts";

// Addresses and forgotten passwords, with the fields of vault's document. Each throws LatchkeyError.

/**
 * Makes an account, has its address verified by mail, and logs in; `unverified` where Latchkey lets nobody in before that
 * (its variable REQUIRE_VERIFIED_EMAIL).
 */
export async function registerAndLogin(
  client: Client,
  account: { readonly email: string; readonly password: string; readonly name: string },
): Promise<LoginOutcome | { readonly kind: "unverified" }> {
  const answer = await call<LoginAnswer>(client, "/api/register", { json: account, open: true });
  return answer.userToken === null ? { kind: "unverified" } : settle(client, "vault", answer);
}

/** By the token of the mailed link. It is a login too, with the tokens of the team that it makes. */
export async function verifyEmail(client: Client, { token }: { readonly token: string }): Promise<LoginOutcome> {
  const path = `/api/verify-email/${encodeURIComponent(token)}`;
  return settle(client, "vault", await call<LoginAnswer>(client, path, { open: true }));
}

/** Mails a new link, which voids the earlier one. `capcha`: Turnstile's answer, where Latchkey asks for one. */
export async function resendEmailVerification(client: Client, query: { readonly capcha: string }): Promise<void> {
  const path = `/api/resend-email-verification?${new URLSearchParams({ ...query })}`;
  await call(client, path);
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
