import { type Client, call } from "./client.ts";

// Verbs of the account, with the fields and answers of datix's document. Each throws LatchkeyError.

export interface RegisteredUser {
  readonly id: string;
  readonly email: string;
  readonly full_name: string;
  readonly organization_id: string | null;
  readonly role: string | null;
  readonly created_at: string;
}

export interface User extends RegisteredUser {
  readonly two_factor_enabled: boolean;
  readonly assigned_agents: readonly string[];
  readonly email_verified: boolean;
  /** asked for, until the link mailed there is used */
  readonly pending_email: string | null;
  readonly phone: string | null;
  /** asked for, until its code is given to `verifyPhone` */
  readonly pending_phone: string | null;
}

export interface Done {
  readonly success: true;
  readonly message: string;
}

export interface ListedSession {
  readonly id: string;
  readonly current: boolean;
  readonly client_id: string;
  readonly ip_address: string | null;
  readonly country: string | null;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly expires_at: string;
}

/** Makes an account; it doesn't log in. */
export function register(
  client: Client,
  account: {
    readonly email: string;
    readonly password: string;
    readonly full_name: string;
    readonly organization_name: string;
  },
): Promise<RegisteredUser> {
  return call(client, "/v1/auth/register", { json: account, open: true });
}

export function me(client: Client): Promise<User> {
  return call(client, "/v1/auth/me");
}

export function updateMe(
  client: Client,
  changes: { readonly full_name?: string; readonly email?: string; readonly phone?: string | null },
): Promise<User> {
  return call(client, "/v1/auth/me", { method: "PATCH", json: changes });
}

/** Proves the number that `updateMe` asked for, by the code that was sent there. */
export function verifyPhone(client: Client, proof: { readonly code: string }): Promise<User> {
  return call(client, "/v1/auth/verify-phone", { json: proof });
}

/** Ends every other session. */
export function changePassword(
  client: Client,
  passwords: { readonly current_password: string; readonly new_password: string },
): Promise<Done> {
  return call(client, "/v1/auth/change-password", { json: passwords });
}

export function listSessions(client: Client): Promise<{ readonly sessions: readonly ListedSession[] }> {
  return call(client, "/v1/auth/sessions");
}

export function endSession(client: Client, { id }: { readonly id: string }): Promise<Done> {
  return call(client, `/v1/auth/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** All but this one. */
export function endOtherSessions(client: Client): Promise<Done> {
  return call(client, "/v1/auth/sessions", { method: "DELETE" });
}
