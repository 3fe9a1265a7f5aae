import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { type CompanyCredential, companyIdHash, newCompanyId, newCredentialId } from "./company-credential.ts";
import { AuthError } from "./error.ts";
import type { CredentialId } from "./ids.ts";
import { type Page, type PageWanted, pageOf } from "./page.ts";
import type { Acting } from "./permissions.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import type { Account } from "./user.ts";

/** A credential whose secret can be read now, and never again. */
export interface IssuedCompanyCredential {
  readonly credential: CompanyCredential;
  readonly companyId: string;
}

const DAY_SECONDS = 86_400;

/** One more credential of the caller's organization: several live side by side, so that one can be exchanged without an outage. */
export async function createCompanyCredential(
  core: Core,
  {
    call,
    caller,
    wanted,
  }: { call: Call; caller: Acting<Standing>; wanted: { name: string; expiresInDays: number | null } },
): Promise<IssuedCompanyCredential> {
  const createdAt = core.clock.now();
  const companyId = newCompanyId(core.random);
  const credential: CompanyCredential = {
    id: newCredentialId(core.random),
    name: wanted.name,
    createdAt,
    expiresAt: wanted.expiresInDays === null ? null : createdAt + wanted.expiresInDays * DAY_SECONDS,
    lastUsedAt: null,
  };
  const facts = { action: "company_credential.created", at: createdAt, target: credential.id } as const;
  const entry = accountEntry(call, caller, facts);
  const made = { credential, secret: companyIdHash(companyId) };
  await core.companyCredentials.create(caller.membership.organization.id, made, entry);
  return { credential, companyId };
}

export async function listCompanyCredentials(
  core: Core,
  { caller, wanted }: { caller: Acting<Account>; wanted: PageWanted<number> },
): Promise<Page<CompanyCredential, number>> {
  const found = await core.companyCredentials.page(caller.membership.organization.id, wanted);
  const { items, next } = pageOf(found, wanted.limit, ({ place }) => place);
  return { items: items.map(({ credential }) => credential), next };
}

/** Ends the credential with all its refresh tokens at once, and its access tokens as a session's. */
export async function revokeCompanyCredential(
  core: Core,
  { call, caller, id }: { call: Call; caller: Acting<Standing>; id: CredentialId },
): Promise<void> {
  const now = core.clock.now();
  const entry = accountEntry(call, caller, { action: "company_credential.revoked", at: now, target: id });
  const revoked = await core.companyCredentials.revoke(caller.membership.organization.id, { id, now }, entry);
  if (!revoked) throw new AuthError("not_found", "no such credential of this organization");
  call.later(core.revocations.publish([id]));
}
