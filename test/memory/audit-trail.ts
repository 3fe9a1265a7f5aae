import type { StoredEntry } from "../../src/domain/audit-link.ts";
import { pageOf } from "../../src/domain/page.ts";
import type { AuditFilter, AuditTrail } from "../../src/domain/ports/audit-trail.ts";
import type { MemoryDatabase } from "./database.ts";

/** The audit log in a list: an entry's id is its place, from 1 on, and all up to the chain's length are chained. */
export function memoryAuditTrail(db: MemoryDatabase): AuditTrail {
  const stored = (): StoredEntry[] =>
    db.audit.map((entry, at) => {
      const link = db.chain[at];
      return { ...entry, id: at + 1, sequence: link?.sequence ?? null, chainHash: link?.hash ?? null };
    });
  const of = (organization: string | null) => stored().filter((entry) => entry.organization === organization);

  return {
    async page(organization, filter, { limit, after }) {
      const found = of(organization)
        .filter((entry) => isWanted(entry, filter))
        .sort((a, b) => b.at - a.at || b.id - a.id)
        .filter(({ at, id }) => after === null || at < after.at || (at === after.at && id < after.id));
      return pageOf(found, limit, ({ at, id }) => ({ at, id }));
    },

    head: async (organization) => db.chainHeads.get(organization) ?? null,

    async tail(limit) {
      const entries = stored().slice(db.chain.length, db.chain.length + limit);
      return { run: db.chainRun.name, entries, heads: new Map(db.chainHeads) };
    },

    async link({ seen, next }, { links, heads }) {
      if (db.chainRun.name !== seen) return false;
      db.chainRun.name = next;
      db.chain.push(...links.map(({ sequence, hash }) => ({ sequence, hash })));
      for (const [organization, head] of heads) db.chainHeads.set(organization, head);
      return true;
    },

    async walk(organization, { limit, after }) {
      const entries = of(organization).filter(({ id }) => id > (after ?? 0));
      const head = db.chainHeads.get(organization) ?? null;
      return { entries: entries.slice(0, limit), chainedTo: db.chain.length, head };
    },
  };
}

function isWanted(entry: StoredEntry, { from, to, ...filter }: AuditFilter): boolean {
  const matches = (["action", "actor", "target", "result"] as const).every(
    (name) => filter[name] === null || entry[name] === filter[name],
  );
  return matches && entry.at >= (from ?? entry.at) && entry.at <= (to ?? entry.at);
}
