import type { OrganizationId, UserId } from "./ids.ts";

/** What a member may do in an organization; admin is the highest, and who registers is admin. */
export const ROLES = ["admin", "member", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  readonly id: UserId;
  readonly publicId: string;
  /** lower case: addresses are compared so */
  readonly email: string;
  readonly fullName: string;
  /** epoch seconds, like every time here */
  readonly createdAt: number;
  /** when it was first proven that mail to the address reaches them; null before */
  readonly emailVerifiedAt: number | null;
  /** asked for, until the link mailed there is used */
  readonly pendingEmail: string | null;
  /** E.164, proven by a code */
  readonly phone: string | null;
  /** asked for, until the code sent there comes back */
  readonly pendingPhone: string | null;
}

/** What nobody has yet who was just made. */
export const NOTHING_PROVEN = { emailVerifiedAt: null, pendingEmail: null, phone: null, pendingPhone: null } as const;

export interface Organization {
  readonly id: OrganizationId;
  readonly publicId: string;
  readonly name: string;
}

/** An active one: what was deactivated is nobody's membership. */
export interface Membership {
  readonly organization: Organization;
  readonly role: Role;
  /** what the member is called there; empty until an admin says so */
  readonly designation: string;
  /** what the member may work with, set by an admin */
  readonly assignedAgents: readonly string[];
}

/** A user and the organization in which they act now; null before they have one. */
export interface Account {
  readonly user: User;
  readonly membership: Membership | null;
  /** a confirmed one: no way in goes past it */
  readonly hasSecondFactor: boolean;
}

/** RFC 5321 §4.5.3.1.3: a path of 256 octets less its two brackets. */
export const EMAIL_MAX_LENGTH = 254;
/** RFC 5321 §4.5.3.1.1 */
const LOCAL_PART_MAX_LENGTH = 64;
/** RFC 5322 §3.2.3 dot-atom in ASCII: no quotes, no comments, no second `@`. */
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** A dotted name of letters, digits and hyphens (RFC 1035 §2.3.1) whose last label isn't a number: no address literal. */
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/** The address in lower case, or null when mail could not reach it or it is ambiguous to some mailer. */
export function parseEmail(text: string): string | null {
  if (text.length > EMAIL_MAX_LENGTH) return null;
  const email = text.toLowerCase();
  const at = email.indexOf("@");
  const local = email.slice(0, at);
  if (at < 1 || local.length > LOCAL_PART_MAX_LENGTH) return null;
  // Lower-casing folds a few letters beyond ASCII into it (the Kelvin sign into `k`): the text as given must be ASCII too.
  return /^[\x21-\x7e]+$/.test(text) && LOCAL_PART.test(local) && DOMAIN.test(email.slice(at + 1)) ? email : null;
}

/** ITU-T E.164 §6.2.1: at most 15 digits, and no country code begins with 0. */
const PHONE = /^\+[1-9]\d{6,14}$/;

/** The number as E.164 spells it, whatever people put between its digits; null when it is no international number. */
export function parsePhone(text: string): string | null {
  const phone = text.replace(/[ ().-]/g, "");
  return PHONE.test(phone) ? phone : null;
}
