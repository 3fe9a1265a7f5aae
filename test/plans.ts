import { env } from "cloudflare:workers";
import { afterEach, expect } from "vitest";
import { tapped } from "./bindings.ts";

// A statement that reads a whole table is quick in every test and slow in production: so each statement that any test runs
// is explained, once, by SQLite itself.

/** Tables that may be read whole, and why they stay small. */
const SMALL: Readonly<Record<string, string>> = {
  signing_keys: "a handful: those that signed what may still be good",
  audit_chain: "one row",
};

/** Statements that may read a table whole, and why. */
const KNOWN: readonly { readonly is: RegExp; readonly why: string }[] = [
  { is: /from "outbox" where \(?"outbox"\."text" is not null/, why: "/dev/outbox: of a developer alone" },
];

const explained = new Set<string>();
const scanning: string[] = [];

/** The database, with every new statement explained before it runs; `failOnScans` then tells of those that scan. */
export function explaining(database: D1Database): D1Database {
  const tap = async ({ what }: { what: string }) => {
    for (const statement of what.split("; ")) await explainOnce(statement);
  };
  return tapped(tap, { ...env, DB: database }).DB;
}

/** To be called at the top of a file: fails the test in which a statement was seen that reads a whole table. */
export function failOnScans(): void {
  afterEach(() => {
    expect(scanning.splice(0), "statements that read a whole table").toEqual([]);
  });
}

async function explainOnce(statement: string): Promise<void> {
  if (explained.has(statement) || KNOWN.some(({ is }) => is.test(statement))) return;
  explained.add(statement);
  const scans = await scansOf(statement);
  if (scans.length > 0) scanning.push(`${scans.join(", ")}: ${statement}`);
}

/** What of a statement's plan reads all rows of a table that grows: `SCAN members`. */
export async function scansOf(statement: string): Promise<string[]> {
  const parameters = statement.match(/\?/g)?.map(() => null) ?? [];
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${statement}`)
    .bind(...parameters)
    .all<{ detail: string }>();
  const details = plan.results.map(({ detail }) => detail);
  // What a part of the plan has made before is as large as that part read, which is told by itself.
  const made = details.flatMap((detail) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(detail)?.[1] ?? []);
  return details.filter((detail) => {
    const [, table] = /^SCAN (\S+)/.exec(detail) ?? [];
    if (table === undefined || table === "CONSTANT" || table.startsWith("(subquery")) return false;
    if (isKeyCheck(statement, table)) return false;
    return !detail.includes("VIRTUAL TABLE") && !made.includes(table) && SMALL[table] === undefined;
  });
}

/**
 * Of a row that is inserted SQLite plans to look for those that point at it, in tables that the statement doesn't name; it
 * does so only while a reference points nowhere (`FkIfZero`), and here none ever does.
 */
function isKeyCheck(statement: string, table: string): boolean {
  return /^insert into/i.test(statement) && !new RegExp(`\\b${table}\\b`).test(statement);
}
