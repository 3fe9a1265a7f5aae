import * as v from "valibot";
import type { ChainVerdict } from "../../domain/audit-chain.ts";
import type { ChainHead, StoredEntry } from "../../domain/audit-link.ts";
import type { AuditPage } from "../../domain/audit-log.ts";
import { cursorOf, type PageWanted } from "../../domain/page.ts";
import type { AuditFilter, AuditPlace } from "../../domain/ports/audit-trail.ts";
import { csv } from "../../wire/csv.ts";
import { IsoDate, isoDate, line, sample, text } from "../../wire/fields.ts";
import { cursor, limit, NextCursor } from "../../wire/paging.ts";

const UTC_TIME = "must be a UTC time such as 2024-12-15T10:00:00Z";

const time = v.optional(
  v.pipe(
    v.string(),
    v.examples(["2024-12-15T10:00:00Z"]),
    v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, UTC_TIME),
    v.check((time) => !Number.isNaN(Date.parse(time)) && isoDate(Date.parse(time) / 1000) === time, UTC_TIME),
    v.transform((time) => Date.parse(time) / 1000),
  ),
);

export const AuditQuery = v.pipe(
  v.object({
    limit: limit({ usual: 100, most: 1_000 }),
    cursor: cursor(2),
    action: v.optional(sample(line(100), "session.opened")),
    actor: v.optional(sample(line(100), "user_123")),
    target: v.optional(sample(line(100), "ses_3xVq0bT9mKzW5nY1cR7dLf")),
    result: v.optional(v.picklist(["success", "failure"], "must be success or failure")),
    from: time,
    to: time,
    format: v.optional(v.picklist(["json", "csv"], "must be json or csv")),
  }),
  v.transform((query) => {
    const { action = null, actor = null, target = null, result = null, from = null, to = null } = query;
    const filter: AuditFilter = { action, actor, target, result, from, to };
    const [at, id] = query.cursor ?? [];
    const after = at === undefined || id === undefined ? null : { at, id };
    const wanted: PageWanted<AuditPlace> = { limit: query.limit, after };
    return { filter, wanted };
  }),
);

const CHAIN_HASH = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

const Entry = v.object({
  sequence: v.nullable(
    v.pipe(
      sample(v.number(), 42),
      v.description(
        "The entry's number in the organization's chain; null until it is chained, which takes a minute or so",
      ),
    ),
  ),
  at: IsoDate,
  action: text("session.opened"),
  result: v.picklist(["success", "failure"]),
  actor: v.nullable(text("user_123")),
  organization_id: v.nullable(text("org_456")),
  target: v.nullable(text("ses_3xVq0bT9mKzW5nY1cR7dLf")),
  ip_address: v.nullable(text("203.0.113.7")),
  country: v.nullable(text("SE")),
  user_agent: v.nullable(text("curl/8.5.0")),
  request_id: text("req_5Jt2mVh8QxWc0aYp3LrNeB"),
  chained: sample(v.boolean(), true),
  chain_hash: v.nullable(text(CHAIN_HASH)),
});

export const AuditList = v.object({
  entries: v.array(Entry),
  next_cursor: NextCursor,
  head: v.nullable(
    v.pipe(
      v.object({ sequence: sample(v.number(), 42), chain_hash: text(CHAIN_HASH) }),
      v.description("Where the organization's chain ends now: keep it to see later that nothing was taken away"),
    ),
  ),
});

function entry(stored: StoredEntry): v.InferOutput<typeof Entry> {
  return {
    sequence: stored.sequence,
    at: isoDate(stored.at),
    action: stored.action,
    result: stored.result,
    actor: stored.actor,
    organization_id: stored.organization,
    target: stored.target,
    ip_address: stored.address,
    country: stored.country,
    user_agent: stored.userAgent,
    request_id: stored.requestId,
    chained: stored.chainHash !== null,
    chain_hash: stored.chainHash,
  };
}

export function auditList({ items, next, head }: AuditPage): v.InferOutput<typeof AuditList> {
  return {
    entries: items.map(entry),
    next_cursor: nextCursor(next),
    head: head === null ? null : { sequence: head.sequence, chain_hash: head.hash },
  };
}

export function auditCsv({ items }: AuditPage): string {
  const names = Object.keys(Entry.entries);
  const rows = items.map((item) => Object.values({ ...entry(item), chained: String(item.chainHash !== null) }));
  return csv([names, ...rows]);
}

/** A CSV has no other place for it; empty at the end. */
export function nextCursorHeader({ next }: AuditPage): string {
  return nextCursor(next) ?? "";
}

function nextCursor(next: AuditPlace | null): string | null {
  return next === null ? null : cursorOf(next.at, next.id);
}

export const KeptHead = v.pipe(
  v.object({
    sequence: v.optional(
      v.pipe(
        v.string(),
        v.metadata({ type: "integer", minimum: 1 }),
        v.regex(/^[1-9]\d{0,14}$/, "must be a head's sequence"),
        v.transform(Number),
      ),
    ),
    chain_hash: v.optional(
      sample(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be a head's chain_hash")), CHAIN_HASH),
    ),
  }),
  v.forward(
    v.check(
      ({ sequence, chain_hash }) => (sequence === undefined) === (chain_hash === undefined),
      "must be given together with sequence",
    ),
    ["chain_hash"],
  ),
  v.transform(({ sequence, chain_hash: hash }): { kept: ChainHead | null } => ({
    kept: sequence === undefined || hash === undefined ? null : { sequence, hash },
  })),
);

export const AuditCheck = v.object({
  intact: sample(v.boolean(), true),
  problem: v.pipe(
    v.nullable(v.picklist(["altered", "removed", "added"])),
    v.description("What is the matter with the entry of that sequence; null when nothing is"),
  ),
  sequence: v.pipe(sample(v.number(), 42), v.description("Where the chain ends, or where it breaks")),
  chain_hash: v.nullable(text(CHAIN_HASH)),
});

export function auditCheck(verdict: ChainVerdict): v.InferOutput<typeof AuditCheck> {
  const { intact } = verdict;
  if (!verdict.intact) return { intact, problem: verdict.problem, sequence: verdict.sequence, chain_hash: null };
  return { intact, problem: null, sequence: verdict.head.sequence, chain_hash: verdict.head.hash };
}
