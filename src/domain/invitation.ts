import type { Organization, Role } from "./user.ts";

/** Read within a week, or asked for again. */
export const INVITATION_SECONDS = 7 * 24 * 3_600;

/** Somebody is asked, by mail, to become a member. */
export interface Invitation {
  readonly publicId: string;
  readonly email: string;
  readonly role: Role;
  /** public id of the admin who invited */
  readonly inviter: string;
  /** epoch seconds, like every time here */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What the mailed link is about. */
export interface LiveInvitation {
  readonly publicId: string;
  readonly organization: Organization;
  readonly email: string;
  readonly role: Role;
}
