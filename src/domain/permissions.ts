import { AuthError } from "./error.ts";
import type { Account, Membership, Role } from "./user.ts";

/** What each role may do in its organization: the one table of it. Who isn't named, may not. */
export const PERMISSIONS = {
  "members.read": ["admin", "member", "viewer"],
  "members.write": ["admin"],
  "invitations.read": ["admin"],
  "invitations.write": ["admin"],
  "projects.read": ["admin", "member", "viewer"],
  "projects.write": ["admin", "member"],
  "credentials.read": ["admin"],
  "credentials.write": ["admin"],
  "audit.read": ["admin"],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof PERMISSIONS;

/** A caller who acts in an organization: on a row that needs a permission, every caller is one. */
export type Acting<Caller extends Account> = Caller & { readonly membership: Membership };

export function may(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
}

/** Refuses who may not; without an organization nobody may anything. */
export function permit(membership: Membership | null, permission: Permission): void {
  if (membership === null) throw new AuthError("forbidden", `${permission}: no organization`);
  if (!may(membership.role, permission))
    throw new AuthError("forbidden", `${permission}: not for a ${membership.role}`);
}
