import { and, asc, desc, eq, gt, gte, inArray, lte, sql } from "drizzle-orm";
import type { ChainHead, StoredEntry } from "../domain/audit-link.ts";
import { type Page, type PageWanted, pageOf } from "../domain/page.ts";
import type { AuditFilter, AuditPlace, AuditTrail, ChainLink, ChainTail } from "../domain/ports/audit-trail.ts";
import { type Database, FIRST_KEY, onD1 } from "./d1.ts";
import { auditChain, auditHeads, auditLog } from "./d1-schema-audit.ts";

/** Entries that one page looks through for those that its filter lets pass: what bounds its cost. */
const LOOKED_THROUGH = 5_000;

/** What happened in no organization has a chain too: its head is kept under this name, which no organization has. */
const NOWHERE = "";

export function d1AuditTrail(db: Database): AuditTrail {
  return {
    page: (organization, filter, wanted) => onD1("audit log", () => page(db, organization, filter, wanted)),

    head: (organization) => onD1("audit head", async () => (await selectHead(db, organization).get()) ?? null),

    tail: (limit) => onD1("audit tail", () => tail(db, limit)),

    link: ({ seen, next }, { links, heads }) => onD1("audit link", () => link(db, { seen, next, links, heads })),

    walk: (organization, { limit, after }) =>
      onD1("audit walk", async () => {
        const isTheirs = organization === null ? sql`organization IS NULL` : eq(auditLog.organization, organization);
        const [entries, [chain], [head]] = await db.batch([
          db
            .select()
            .from(auditLog)
            .where(and(isTheirs, gt(auditLog.id, after ?? FIRST_KEY)))
            .orderBy(asc(auditLog.id))
            .limit(limit),
          db.select().from(auditChain),
          selectHead(db, organization),
        ]);
        return { entries, chainedTo: chain?.chainedTo ?? 0, head: head ?? null };
      }),
  };
}

function selectHead(db: Database, organization: string | null) {
  return db
    .select({ sequence: auditHeads.sequence, hash: auditHeads.hash })
    .from(auditHeads)
    .where(eq(auditHeads.organization, organization ?? NOWHERE));
}

async function page(
  db: Database,
  organization: string,
  filter: AuditFilter,
  { limit, after }: PageWanted<AuditPlace>,
): Promise<Page<StoredEntry, AuditPlace>> {
  const { action, actor, target, result, from, to } = filter;
  const matching = and(
    action === null ? undefined : sql`action = ${action}`,
    actor === null ? undefined : sql`actor = ${actor}`,
    target === null ? undefined : sql`target = ${target}`,
    result === null ? undefined : sql`result = ${result}`,
  );
  const within = and(
    eq(auditLog.organization, organization),
    from === null ? undefined : gte(auditLog.at, from),
    to === null ? undefined : lte(auditLog.at, to),
    after === null ? undefined : sql`(${auditLog.at}, ${auditLog.id}) < (${after.at}, ${after.id})`,
  );
  const newestFirst = [desc(auditLog.at), desc(auditLog.id)];
  const size = matching === undefined ? limit + 1 : LOOKED_THROUGH;
  const window = db
    .select()
    .from(auditLog)
    .where(within)
    .orderBy(...newestFirst)
    .limit(size)
    .as("looked_through");
  const [found, [edge]] = await db.batch([
    db
      .select()
      .from(window)
      .where(matching)
      .orderBy(desc(window.at), desc(window.id))
      .limit(limit + 1),
    db
      .select({ at: auditLog.at, id: auditLog.id })
      .from(auditLog)
      .where(within)
      .orderBy(...newestFirst)
      .limit(1)
      .offset(size - 1),
  ]);
  const { items, next } = pageOf(found, limit, ({ at, id }) => ({ at, id }));
  return { items, next: next ?? (matching === undefined ? null : (edge ?? null)) };
}

async function tail(db: Database, limit: number): Promise<ChainTail> {
  const unchained = db
    .select()
    .from(auditLog)
    .where(gt(auditLog.id, sql`coalesce((SELECT chained_to FROM audit_chain WHERE one = 1), 0)`))
    .orderBy(asc(auditLog.id))
    .limit(limit);
  const theirs = db.select({ organization: sql`coalesce(organization, ${NOWHERE})` }).from(unchained.as("unchained"));
  const [[chain], entries, heads] = await db.batch([
    db.select().from(auditChain),
    unchained,
    db.select().from(auditHeads).where(inArray(auditHeads.organization, theirs)),
  ]);
  const headOf = ({ organization, sequence, hash }: (typeof heads)[number]): [string | null, ChainHead] => [
    organization === NOWHERE ? null : organization,
    { sequence, hash },
  ];
  return { run: chain?.run ?? null, entries, heads: new Map(heads.map(headOf)) };
}

async function link(
  db: Database,
  chain: {
    seen: string | null;
    next: string;
    links: readonly ChainLink[];
    heads: ReadonlyMap<string | null, ChainHead>;
  },
): Promise<boolean> {
  const { seen, next } = chain;
  const links = JSON.stringify(chain.links);
  const heads = JSON.stringify([...chain.heads].map(([organization, head]) => ({ organization, ...head })));
  // The name of this run is new and random: it stands there exactly when the first statement put it there.
  const isOurs = sql`(SELECT run FROM audit_chain WHERE one = 1) = ${next}`;
  const [ours] = await db.batch([
    db
      .insert(auditChain)
      .values({ one: 1, run: next, chainedTo: chain.links.at(-1)?.id ?? 0 })
      .onConflictDoUpdate({
        target: auditChain.one,
        set: { run: sql`excluded.run`, chainedTo: sql`excluded.chained_to` },
        setWhere: sql`run = ${seen}`,
      })
      .returning({ run: auditChain.run }),
    db
      .update(auditLog)
      .set({ sequence: sql`link.value ->> 'sequence'`, chainHash: sql`link.value ->> 'hash'` })
      .from(sql`json_each(${links}) AS link`)
      .where(and(eq(auditLog.id, sql`link.value ->> 'id'`), isOurs)),
    db
      .insert(auditHeads)
      .select(
        sql`SELECT coalesce(value ->> 'organization', ${NOWHERE}), value ->> 'sequence', value ->> 'hash'
          FROM json_each(${heads}) WHERE ${isOurs}`,
      )
      .onConflictDoUpdate({
        target: auditHeads.organization,
        set: { sequence: sql`excluded.sequence`, hash: sql`excluded.hash` },
      }),
  ]);
  return ours.length > 0;
}
