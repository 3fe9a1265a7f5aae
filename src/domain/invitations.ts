import { publicId } from "../crypto/ids.ts";
import { attempt, limitKeyOf } from "./attempt.ts";
import { accountEntry, auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { challengeHashOf, newLinkToken } from "./challenge.ts";
import { clientKeyOf } from "./client-key.ts";
import { deliver, mailTo } from "./delivery.ts";
import { AuthError } from "./error.ts";
import type { SecretHash } from "./ids.ts";
import { INVITATION_SECONDS, type Invitation, type LiveInvitation } from "./invitation.ts";
import { deadLink } from "./mailed-link.ts";
import { type Page, type PageWanted, pageOf } from "./page.ts";
import { checkNewPassword, sealPassword } from "./password-proof.ts";
import type { Acting } from "./permissions.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import { type Account, type Membership, NOTHING_PROVEN, type Role } from "./user.ts";

/** What is asked of whom. */
export interface Invited {
  readonly email: string;
  readonly role: Role;
}

/**
 * Mails an invitation; an older one to the same address is dead then. Who invites has proven their own address, or what
 * they let in would outlive them when the address turns out to be another's.
 */
export async function invite(
  core: Core,
  { call, caller, invited }: { call: Call; caller: Acting<Standing>; invited: Invited },
): Promise<Invitation> {
  if (caller.user.emailVerifiedAt === null) throw new AuthError("email_unverified", "an unproven address invites");
  return attempt(core, {
    call,
    asks: [
      // beside the budget of resets: whoever invites somebody again and again doesn't keep them from a new password
      { name: "recover:recipient", key: limitKeyOf(`invitation:${invited.email}`) },
      { name: "send:ip", key: clientKeyOf(call.address) },
    ],
    counts: "success",
    check: () => send(core, { call, caller, invited }),
  });
}

async function send(
  core: Core,
  { call, caller, invited }: { call: Call; caller: Acting<Standing>; invited: Invited },
): Promise<Invitation> {
  const { user, membership } = caller;
  const createdAt = core.clock.now();
  const { token, tokenHash } = newLinkToken(core.random);
  const invitation: Invitation = {
    ...invited,
    ...{ publicId: publicId({ prefix: "inv", random: core.random }), inviter: user.publicId },
    ...{ createdAt, expiresAt: createdAt + INVITATION_SECONDS },
  };
  const names = { organization: membership.organization.name, inviter: user.fullName };
  const mail = { kind: "invitation", token, lifetimeSeconds: INVITATION_SECONDS, ...names } as const;
  const message = mailTo(core, { to: invited.email, language: call.language, mail });
  const entry = accountEntry(call, caller, {
    ...{ action: "invitation.sent", at: createdAt, target: invitation.publicId },
  });
  const made = { invitation, inviter: user.id, tokenHash, message };
  const sent = await core.invitations.invite(membership.organization.id, made, entry);
  if (!sent) throw new AuthError("already_member", "a member has the invited address");
  call.later(deliver(core, message.id));
  return invitation;
}

export async function listInvitations(
  core: Core,
  { caller, wanted }: { caller: Acting<Account>; wanted: PageWanted<number> },
): Promise<Page<Invitation, number>> {
  const now = core.clock.now();
  const found = await core.invitations.page(caller.membership.organization.id, { ...wanted, now });
  const { items, next } = pageOf(found, wanted.limit, ({ place }) => place);
  return { items: items.map(({ invitation }) => invitation), next };
}

export async function revokeInvitation(
  core: Core,
  { call, caller, id }: { call: Call; caller: Acting<Standing>; id: string },
): Promise<void> {
  const entry = accountEntry(call, caller, { action: "invitation.revoked", at: core.clock.now(), target: id });
  const revoked = await core.invitations.revoke(caller.membership.organization.id, id, entry);
  if (!revoked) throw new AuthError("not_found", "no such invitation of this organization");
}

/** The caller becomes a member, with the address that was invited. For another account the link stays as good as it was. */
export async function acceptInvitation(
  core: Core,
  { call, caller, token }: { call: Call; caller: Standing; token: string },
): Promise<Membership> {
  const { user } = caller;
  const { tokenHash, ...found } = await readInvitation(core, token);
  if (user.email !== found.email) throw new AuthError("forbidden", "the invitation is for another address");
  if (user.emailVerifiedAt === null) throw new AuthError("email_unverified", "the invited address is not proven");
  return accept(core, { call, account: caller, read: { tokenHash, ...found } });
}

export interface ReadInvitation extends LiveInvitation {
  readonly tokenHash: SecretHash;
}

/** What the mailed link is about; reading spends nothing. Throws `not_found`, whatever is the matter with it. */
export async function readInvitation(core: Core, token: string): Promise<ReadInvitation> {
  const tokenHash = challengeHashOf(token);
  const found = tokenHash === null ? null : await core.invitations.find({ tokenHash, now: core.clock.now() });
  if (tokenHash === null || found === null) throw deadLink("invitation: unknown, accepted, revoked or over");
  return { ...found, tokenHash };
}

async function accept(
  core: Core,
  { call, account, read: { tokenHash, ...found } }: { call: Call; account: Account; read: ReadInvitation },
): Promise<Membership> {
  const { user } = account;
  const now = core.clock.now();
  const entry = accountEntry(call, account, {
    ...{ action: "invitation.accepted", at: now, target: found.publicId },
    organization: found.organization.publicId,
  });
  const accepted = await core.invitations.accept({ tokenHash, now, by: call.id }, user.id, entry);
  const membership = await core.organizations.membership(user.id, found.organization.publicId);
  if (accepted && membership !== null) return membership;
  throw membership === null
    ? deadLink("invitation: spent meanwhile, or of a member who was deactivated")
    : new AuthError("already_member", "the invited user is a member");
}

/**
 * Whoever follows the mailed link reads the invited address: its account becomes a member, or, where there is none yet, one
 * that is made now, with the address proven.
 */
export async function acceptByLink(
  core: Core,
  { call, token, ...wanted }: { call: Call; token: string; fullName: string; password: string },
): Promise<void> {
  const read = await readInvitation(core, token);
  const account = await core.users.credentialByEmail(read.email);
  if (account === null) return registerInvited(core, { call, read, ...wanted });
  if (account.user.emailVerifiedAt === null)
    throw new AuthError("email_unverified", "the account's address is unproven");
  await accept(core, { call, account, read });
}

async function registerInvited(
  core: Core,
  { call, read, fullName, password }: { call: Call; read: ReadInvitation; fullName: string; password: string },
): Promise<void> {
  const { email, organization, tokenHash } = read;
  checkNewPassword(core, { password, email, name: fullName, field: "new_password" });
  await attempt(core, {
    call,
    asks: [{ name: "register:ip", key: clientKeyOf(call.address) }],
    counts: "success",
    check: async () => {
      const now = core.clock.now();
      const id = publicId({ prefix: "user", random: core.random });
      const user = { publicId: id, email, fullName, createdAt: now, ...NOTHING_PROVEN, emailVerifiedAt: now };
      const passwordHash = await sealPassword(core, { publicId: id, password });
      const facts = { at: now, actor: id, organization: organization.publicId };
      const made = await core.invitations.register({ tokenHash, now, by: call.id }, { user, passwordHash }, [
        auditEntry(call, { ...facts, action: "user.registered", target: id }),
        auditEntry(call, { ...facts, action: "invitation.accepted", target: read.publicId }),
      ]);
      if (!made) throw deadLink("invitation: spent meanwhile, or the address has an account by now");
    },
  });
}

/** At most so many rows in one run: the next one is a minute away. */
const ROWS_A_RUN = 500;

/** An invitation that is over answers like one that never was: nothing is lost with its row. */
export async function forgetInvitations(core: Core): Promise<void> {
  await core.invitations.forget({ expiredBefore: core.clock.now(), limit: ROWS_A_RUN });
}
