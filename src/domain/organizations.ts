import { type AccessToken, issueAccessToken } from "./access-token.ts";
import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { OrganizationId } from "./ids.ts";
import { removeMember } from "./members.ts";
import { type Page, type PageWanted, pageOf } from "./page.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import type { Account, Membership } from "./user.ts";

/** The organizations in which the caller is active. */
export async function listOrganizations(
  core: Core,
  { caller, wanted }: { caller: Account; wanted: PageWanted<OrganizationId> },
): Promise<Page<Membership, OrganizationId>> {
  const found = await core.organizations.ofUser(caller.user.id, wanted);
  return pageOf(found, wanted.limit, ({ organization }) => organization.id);
}

/**
 * The session acts in another organization from now on, and gets a token for it. One login stays one session, which one
 * logout ends; tokens of it that name the former organization are refused.
 */
export async function switchOrganization(
  core: Core,
  { call, caller, id }: { call: Call; caller: Standing; id: string },
): Promise<AccessToken> {
  const { user, session } = caller;
  const membership = await membershipOf(core, { caller, id });
  const { organization } = membership;
  if (organization.id !== caller.membership?.organization.id) {
    const at = core.clock.now();
    const acting = { ...caller, membership };
    const entry = accountEntry(call, acting, { action: "organization.switched", at, target: session.id });
    const which = { session: session.id, user: user.id, now: at };
    const switched = await core.organizations.switchTo(organization.id, which, entry);
    if (!switched) throw new AuthError("not_found", "the session or the membership ended meanwhile");
    call.later(core.revocations.publish([session.id]));
  }
  return issueAccessToken(core, { account: { ...caller, membership }, session });
}

/** The caller's own way out. The last active admin can't take it. */
export async function leaveOrganization(
  core: Core,
  { call, caller, id }: { call: Call; caller: Standing; id: string },
): Promise<void> {
  const membership = await membershipOf(core, { caller, id });
  await removeMember(core, { call, caller: { ...caller, membership }, id: caller.user.publicId });
}

async function membershipOf(core: Core, { caller, id }: { caller: Account; id: string }): Promise<Membership> {
  const membership = await core.organizations.membership(caller.user.id, id);
  if (membership === null) throw new AuthError("not_found", "no such organization of this user");
  return membership;
}
