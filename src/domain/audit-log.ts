import { type ChainVerdict, verifyAuditChain } from "./audit-chain.ts";
import type { ChainHead, StoredEntry } from "./audit-link.ts";
import type { Page, PageWanted } from "./page.ts";
import type { Acting } from "./permissions.ts";
import type { AuditFilter, AuditPlace } from "./ports/audit-trail.ts";
import type { Core } from "./ports.ts";
import type { Account } from "./user.ts";

export interface AuditPage extends Page<StoredEntry, AuditPlace> {
  /** where the organization's chain ends: who keeps it can tell later whether anything was taken away */
  readonly head: ChainHead | null;
}

/** What happened in the caller's organization, the newest first. */
export async function readAuditLog(
  core: Core,
  { caller, filter, wanted }: { caller: Acting<Account>; filter: AuditFilter; wanted: PageWanted<AuditPlace> },
): Promise<AuditPage> {
  const organization = caller.membership.organization.publicId;
  const [page, head] = await Promise.all([
    core.auditTrail.page(organization, filter, wanted),
    core.auditTrail.head(organization),
  ]);
  return { ...page, head };
}

/** Whether anything was altered in the caller's organization, or taken away; with a head that was kept, since then too. */
export function checkAuditLog(
  core: Core,
  { caller, kept }: { caller: Acting<Account>; kept: ChainHead | null },
): Promise<ChainVerdict> {
  return verifyAuditChain(core, { organization: caller.membership.organization.publicId, published: kept });
}
