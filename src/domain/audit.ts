import type { Call } from "./call.ts";
import type { Account } from "./user.ts";

/** Security events: a closed list, so that who reads the log can filter by name. */
export type AuditAction =
  | "user.registered"
  | "user.deleted"
  | "user.renamed"
  | "user.password_changed"
  | "user.password_reset_asked"
  | "user.password_reset"
  | "user.email_verification_asked"
  | "user.email_verified"
  | "user.unproven_past_dropped"
  | "user.email_change_asked"
  | "user.email_change_dropped"
  | "user.email_changed"
  | "user.email_change_undone"
  | "user.phone_change_asked"
  | "user.phone_change_failed"
  | "user.phone_changed"
  | "user.phone_removed"
  | "user.identity_linked"
  | "session.opened"
  | "session.ended"
  | "session.others_ended"
  | "session.refresh_reused"
  | "login.code_asked"
  | "login.failed"
  | "login.second_factor_asked"
  | "login.second_factor_failed"
  | "second_factor.enabled"
  | "second_factor.confirmed"
  | "second_factor.disabled"
  | "second_factor.failed"
  | "backup_codes.renewed"
  | "backup_code.spent"
  | "api_key.created"
  | "api_key.rotated"
  | "api_key.revoked"
  | "member.made_admin"
  | "member.made_member"
  | "member.made_viewer"
  | "member.activated"
  | "member.deactivated"
  | "member.updated" // designation, assigned agents
  | "member.removed"
  | "member.left"
  | "invitation.sent"
  | "invitation.revoked"
  | "invitation.accepted"
  | "organization.switched"
  | "company_credential.created"
  | "company_credential.revoked"
  | "company.signed_in"
  | "company.sign_in_failed"
  | "project.created"
  | "project.renamed"
  | "project.archived"
  | "project.restored"
  | "signing_key.created"
  | "signing_key.promoted"
  | "signing_key.removed";

/** Who did what, on what, from where. Written in the same batch as the change it tells of. */
export interface AuditEntry {
  readonly action: AuditAction;
  /** epoch seconds */
  readonly at: number;
  readonly result: "success" | "failure";
  /** public id of who acted; null when nobody was known */
  readonly actor: string | null;
  /** public id of the organization in which it happened */
  readonly organization: string | null;
  /** public id of what it was done to */
  readonly target: string | null;
  readonly address: string | null;
  readonly country: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
}

export interface AuditFacts {
  readonly action: AuditAction;
  readonly at: number;
  readonly result?: "success" | "failure";
  readonly actor?: string | null;
  readonly organization?: string | null;
  readonly target?: string | null;
}

/** The entry of one event of one call. */
export function auditEntry(call: Call, facts: AuditFacts): AuditEntry {
  return {
    action: facts.action,
    at: facts.at,
    result: facts.result ?? "success",
    actor: facts.actor ?? null,
    organization: facts.organization ?? null,
    target: facts.target ?? null,
    address: call.address,
    country: call.country,
    userAgent: call.userAgent,
    requestId: call.id,
  };
}

/** The entry of what an account's own user did, to themselves unless a target is named. */
export function accountEntry(call: Call, { user, membership }: Account, facts: AuditFacts): AuditEntry {
  const organization = membership?.organization.publicId ?? null;
  return auditEntry(call, { actor: user.publicId, organization, target: user.publicId, ...facts });
}

/** The entry of what Latchkey does by itself, in nobody's call. */
export function ownEntry({ action, at, target }: { action: AuditAction; at: number; target: string }): AuditEntry {
  const nobody = { actor: null, organization: null, address: null, country: null, userAgent: null };
  return { action, at, result: "success", target, ...nobody, requestId: "latchkey" };
}
