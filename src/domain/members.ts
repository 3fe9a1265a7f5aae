import { type AuditAction, accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { UserId } from "./ids.ts";
import { changedBy, differenceOf, type MemberChange, type OrganizationMember } from "./member.ts";
import { type Page, type PageWanted, pageOf } from "./page.ts";
import type { Acting } from "./permissions.ts";
import type { Aftermath } from "./ports/members.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import type { Account, Role } from "./user.ts";

export async function listMembers(
  core: Core,
  { caller, wanted }: { caller: Acting<Account>; wanted: PageWanted<UserId> },
): Promise<Page<OrganizationMember, UserId>> {
  const found = await core.members.page(caller.membership.organization.id, wanted);
  return pageOf(found, wanted.limit, ({ id }) => id);
}

/** The member as they are after the change. Who is deactivated is out at once, in this organization alone. */
export async function changeMember(
  core: Core,
  { call, caller, id, change }: { call: Call; caller: Acting<Standing>; id: string; change: MemberChange },
): Promise<OrganizationMember> {
  const before = await memberOf(core, { caller, id });
  const difference = differenceOf(before, change);
  const actions = actionsOf(difference);
  if (actions.length === 0) return before;
  const at = core.clock.now();
  const audit = actions.map((action) => accountEntry(call, caller, { action, at, target: id }));
  const aftermath = await core.members.change(whichOf(core, caller, before), difference, audit);
  if (aftermath === null) throw await refusalOf(core, { caller, id });
  publish(core, { call, member: before.id, aftermath, otherRole: difference.role !== undefined });
  return changedBy(before, difference);
}

/** Ends a membership: another's, or one's own. */
export async function removeMember(
  core: Core,
  { call, caller, id }: { call: Call; caller: Acting<Standing>; id: string },
): Promise<void> {
  const member = await memberOf(core, { caller, id });
  const action = member.id === caller.user.id ? "member.left" : "member.removed";
  const entry = accountEntry(call, caller, { action, at: core.clock.now(), target: id });
  const aftermath = await core.members.remove(whichOf(core, caller, member), entry);
  if (aftermath === null) throw await refusalOf(core, { caller, id });
  publish(core, { call, member: member.id, aftermath, otherRole: false });
}

async function memberOf(
  core: Core,
  { caller, id }: { caller: Acting<Account>; id: string },
): Promise<OrganizationMember> {
  const member = await core.members.byPublicId(caller.membership.organization.id, id);
  if (member === null) throw new AuthError("not_found", "no such member of this organization");
  return member;
}

/** Why nothing was changed: the member went meanwhile, or no admin would be left. */
async function refusalOf(core: Core, which: { caller: Acting<Account>; id: string }): Promise<AuthError> {
  await memberOf(core, which);
  return new AuthError("last_admin", "the last active admin");
}

function whichOf(core: Core, caller: Acting<Account>, { id }: OrganizationMember) {
  return { organization: caller.membership.organization.id, id, now: core.clock.now() };
}

const MADE = {
  admin: "member.made_admin",
  member: "member.made_member",
  viewer: "member.made_viewer",
} as const satisfies Record<Role, AuditAction>;

function actionsOf({ role, isActive, designation, assignedAgents }: MemberChange): AuditAction[] {
  const actions: AuditAction[] = [];
  if (role !== undefined) actions.push(MADE[role]);
  if (isActive !== undefined) actions.push(isActive ? "member.activated" : "member.deactivated");
  if (designation !== undefined || assignedAgents !== undefined) actions.push("member.updated");
  return actions;
}

/** D1 holds already; this is for those who verify from memory. */
function publish(
  core: Core,
  { call, member, aftermath, otherRole }: { call: Call; member: UserId; aftermath: Aftermath; otherRole: boolean },
): void {
  core.apiKeys.forget(member);
  call.later(core.revocations.publish(otherRole ? [...aftermath.ended, ...aftermath.live] : aftermath.ended));
}
