import { type Client, call } from "./client.ts";
import { LatchkeyError } from "./errors.ts";
import { type Dialect, type TokenAnswer, tokensIn } from "./tokens.ts";

/** Each way in, by the fields of its document. */
export type Login =
  /** dyzo unless said: of the three it alone hands out a refresh token, so the session outlives a closed laptop */
  | { readonly email: string; readonly password: string; readonly dialect?: "datix" | "dyzo" | "vault" }
  /** a code that `sendOtp` asked for */
  | { readonly email: string; readonly otp: string }
  | { readonly phone: string; readonly otp: string }
  /** Google's ID token or OAuth access token */
  | { readonly token: string; readonly email?: string }
  /** a company's credential */
  | { readonly companyId: string };

/** What a login came to. */
export type LoginOutcome = { readonly kind: "signed_in" } | SecondFactor;

/** The account has a second factor: `finishLogin` takes this and its code. Plain data, so that it may wait on another page. */
export interface SecondFactor {
  readonly kind: "second_factor";
  readonly dialect: Dialect;
  readonly tempToken: string;
}

/** Logs in by whatever the fields say, and keeps the tokens. Throws LatchkeyError. */
export async function login(client: Client, fields: Login): Promise<LoginOutcome> {
  const { dialect, path } = wayOf(fields);
  const { dialect: _, ...json } = { dialect, ...fields };
  return settle(client, dialect, await call<LoginAnswer>(client, path, { json, open: true }));
}

/** Completes a login by a code of the authenticator app or a backup code. Throws LatchkeyError. */
export async function finishLogin(
  client: Client,
  { dialect, tempToken: temp_token, code }: Omit<SecondFactor, "kind"> & { readonly code: string },
): Promise<void> {
  const json = { temp_token, code };
  await settle(client, dialect, await call<LoginAnswer>(client, "/v1/auth/verify-2fa", { json, open: true }));
}

/** Has a code sent, which `login` takes. Answers the same for an address that nobody has. */
export async function sendOtp(
  client: Client,
  to: { readonly email: string } | { readonly phone: string },
): Promise<void> {
  await call(client, "/send-otp/", { json: to, open: true });
}

/** Ends the session and forgets the tokens, these in any case. */
export async function logout(client: Client): Promise<void> {
  const tokens = await client.tokens();
  if (tokens === null) return;
  try {
    // a company's credential has no session to end
    if (tokens.dialect !== "elyssa") await call(client, "/v1/auth/logout", { method: "POST" });
  } catch (error) {
    const isOver = error instanceof LatchkeyError && /^(signed_out|unauthenticated)$/.test(error.code);
    if (!isOver) throw error;
  } finally {
    await client.keep(null);
  }
}

const PASSWORD_PATHS = { datix: "/v1/auth/login", dyzo: "/login/", vault: "/api/login" };

function wayOf(fields: Login): { readonly dialect: Dialect; readonly path: string } {
  if ("companyId" in fields) return { dialect: "elyssa", path: "/auth/login/" };
  if ("otp" in fields) return { dialect: "dyzo", path: "/otp-login/" };
  if ("token" in fields) return { dialect: "dyzo", path: "/api/google-login/" };
  const { dialect = "dyzo" } = fields;
  return { dialect, path: PASSWORD_PATHS[dialect] };
}

export type LoginAnswer = TokenAnswer & { readonly requires_2fa?: true; readonly temp_token?: string };

/** The end of every way in: the tokens are kept, or the second factor is asked for. */
export async function settle(client: Client, dialect: Dialect, answer: LoginAnswer): Promise<LoginOutcome> {
  const { requires_2fa, temp_token: tempToken } = answer;
  if (requires_2fa && tempToken !== undefined) return { kind: "second_factor", dialect, tempToken };
  const tokens = tokensIn(answer, { dialect, now: client.now() });
  if (tokens === null) throw new LatchkeyError("unavailable", "The answer to the login bears no tokens");
  await client.keep(tokens);
  return { kind: "signed_in" };
}
