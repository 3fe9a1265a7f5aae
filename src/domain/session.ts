import type { OrganizationId, SessionId, UserId } from "./ids.ts";
import type { Account } from "./user.ts";

/** How the user proved who they are (RFC 8176); `fed`, which it has no word for, is another service's word for it. */
export type AuthenticationMethod = "pwd" | "otp" | "mfa" | "fed";

export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  /** the dialect in which it began: the `client_id` of its tokens */
  readonly clientId: string;
  /** epoch seconds, like every time here */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly amr: readonly AuthenticationMethod[];
  readonly address: string | null;
  readonly country: string | null;
  readonly userAgent: string | null;
}

/** What a session opens on: the organization in which it acts, and the version of the credentials that were proven. */
export interface SessionGrounds {
  readonly organization: OrganizationId | null;
  readonly version: number;
}

/** A live session and whose it is: all that a guarded row needs, in one read. */
export interface Standing extends Account {
  readonly session: Session;
}
