import type { ChainHead, StoredEntry } from "../audit-link.ts";
import type { Page, PageWanted } from "../page.ts";

/** Which entries of an organization are wanted; what is null doesn't matter. */
export interface AuditFilter {
  readonly action: string | null;
  readonly actor: string | null;
  readonly target: string | null;
  readonly result: "success" | "failure" | null;
  /** epoch seconds, both included */
  readonly from: number | null;
  readonly to: number | null;
}

/** An entry's place among the newest. */
export interface AuditPlace {
  readonly at: number;
  readonly id: number;
}

export interface ChainLink extends ChainHead {
  readonly id: number;
}

/** What isn't chained yet, and the state in which it was found. */
export interface ChainTail {
  /** names the last run that chained anything; null before the first */
  readonly run: string | null;
  /** of all organizations, in the order in which they were written */
  readonly entries: readonly StoredEntry[];
  /** of the organizations of those entries; the key is null for what happened in none */
  readonly heads: ReadonlyMap<string | null, ChainHead>;
}

export interface ChainStretch {
  readonly entries: readonly StoredEntry[];
  /** up to which entry of all the chain has come */
  readonly chainedTo: number;
  /** where the organization's chain ends */
  readonly head: ChainHead | null;
}

export interface AuditTrail {
  /** The newest first. A page may be short, even empty, and yet have a next one: the cost of each is bounded. */
  page(
    organization: string,
    filter: AuditFilter,
    wanted: PageWanted<AuditPlace>,
  ): Promise<Page<StoredEntry, AuditPlace>>;
  head(organization: string | null): Promise<ChainHead | null>;
  tail(limit: number): Promise<ChainTail>;
  /**
   * Writes links and heads in one batch, if `seen` still names the last run: of two writers that read the same tail one
   * alone writes. False: nothing was written.
   */
  link(
    runs: { readonly seen: string | null; readonly next: string },
    chain: { readonly links: readonly ChainLink[]; readonly heads: ReadonlyMap<string | null, ChainHead> },
  ): Promise<boolean>;
  /** An organization's entries in the order in which they were written, and how far the chain has come, at one moment. */
  walk(organization: string | null, wanted: PageWanted<number>): Promise<ChainStretch>;
}
