import { publicId } from "../crypto/ids.ts";
import { CHAIN_START, type ChainHead, nextHead, type StoredEntry } from "./audit-link.ts";
import type { ChainLink } from "./ports/audit-trail.ts";
import type { Core } from "./ports.ts";

/** Entries of one batch: some 100 kB of statements. */
const CHAINED_AT_ONCE = 500;
/** 20,000 entries a run, more than one D1 can write in the minute between two. */
const BATCHES_A_RUN = 40;

/**
 * Chains what was written since the last run, so that no login waits for it. Runs may overlap: a batch that another has
 * chained meanwhile is left to it. Answers how many entries were chained.
 */
export async function chainAuditLog(core: Core): Promise<number> {
  let chained = 0;
  for (let batch = 0; batch < BATCHES_A_RUN; batch++) {
    const { run, entries, heads: before } = await core.auditTrail.tail(CHAINED_AT_ONCE);
    if (entries.length === 0) break;
    const heads = new Map(before);
    const links = entries.map((entry): ChainLink => {
      const head = nextHead(heads.get(entry.organization) ?? CHAIN_START, entry);
      heads.set(entry.organization, head);
      return { id: entry.id, ...head };
    });
    const next = publicId({ prefix: "run", random: core.random });
    if (!(await core.auditTrail.link({ seen: run, next }, { links, heads }))) break;
    for (const [organization, { sequence, hash }] of heads) {
      // Outside of D1 too: who rewrites the table can't rewrite what was logged.
      core.log.write("info", "audit.chained", { organization, sequence, hash });
    }
    chained += entries.length;
  }
  return chained;
}

/** What the check of a chain found. `sequence` is where it breaks. */
export type ChainVerdict =
  | { readonly intact: true; readonly head: ChainHead }
  | { readonly intact: false; readonly problem: "altered" | "removed" | "added"; readonly sequence: number };

const CHECKED_AT_ONCE = 1_000;

/**
 * Follows an organization's chain from its first entry to its head. `published` is a head that was seen or logged earlier:
 * with it a chain is found out that was shortened, or written anew, together with its head.
 */
export async function verifyAuditChain(
  core: Core,
  { organization, published = null }: { organization: string | null; published?: ChainHead | null },
): Promise<ChainVerdict> {
  let head = CHAIN_START;
  let stored = CHAIN_START;
  let after: number | null = null;
  for (let more = true; more; ) {
    const stretch = await core.auditTrail.walk(organization, { limit: CHECKED_AT_ONCE, after });
    stored = stretch.head ?? CHAIN_START;
    // Behind the chain is the tail, whose turn comes, perhaps while we look: nothing behind it is of this check.
    const isTail = ({ sequence, id }: StoredEntry) => sequence === null && id > stretch.chainedTo;
    const tailAt = stretch.entries.findIndex(isTail);
    const entries = tailAt < 0 ? stretch.entries : stretch.entries.slice(0, tailAt);
    for (const entry of entries) {
      const next = nextHead(head, entry);
      const problem = problemOf(entry, next) ?? (contradicts(published, next) ? "altered" : null);
      if (problem !== null) return { intact: false, problem, sequence: next.sequence };
      head = next;
    }
    after = entries.at(-1)?.id ?? null;
    more = entries.length === CHECKED_AT_ONCE;
  }
  const longest = Math.max(stored.sequence, published?.sequence ?? 0);
  if (head.sequence < longest) return { intact: false, problem: "removed", sequence: head.sequence + 1 };
  if (stored.hash !== head.hash) return { intact: false, problem: "altered", sequence: head.sequence };
  return { intact: true, head };
}

function problemOf(entry: StoredEntry, expected: ChainHead): "altered" | "removed" | "added" | null {
  if (entry.sequence === null || entry.sequence < expected.sequence) return "added";
  if (entry.sequence > expected.sequence) return "removed";
  return entry.chainHash === expected.hash ? null : "altered";
}

function contradicts(published: ChainHead | null, head: ChainHead): boolean {
  return published?.sequence === head.sequence && published.hash !== head.hash;
}
