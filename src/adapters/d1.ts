import { DrizzleQueryError, getTableColumns, is, SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AnySQLiteColumn, SQLiteInsertValue, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { AuditEntry } from "../domain/audit.ts";
import { AuthError } from "../domain/error.ts";
import { auditLog } from "./d1-schema-audit.ts";

export type Database = ReturnType<typeof openDatabase>;

export function openDatabase(binding: D1Database) {
  return drizzle(binding);
}

/** Runs D1 work; whatever it throws becomes `unavailable`, with D1's words for the log alone. */
export async function onD1<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new AuthError("unavailable", `d1 ${what}: ${reasonOf(error)}`, { retryAfterSeconds: 1 }, { cause: error });
  }
}

/** True for the failure of a UNIQUE index on the column, given as `table.column`. */
export function isUniqueViolation(error: unknown, column: string): boolean {
  return reasonOf(error).includes(`UNIQUE constraint failed: ${column}`);
}

/** True for a NULL where the column, given as `table.column`, takes none. */
export function isNotNullViolation(error: unknown, column: string): boolean {
  return reasonOf(error).includes(`NOT NULL constraint failed: ${column}`);
}

/** D1's own words: drizzle wraps them in an error whose message is the statement, with its parameters. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && !(cause instanceof DrizzleQueryError) ? cause.message : "unknown";
}

/**
 * The column under a name of its own. In a batch D1 answers rows as objects, so of two columns with one name, from two
 * tables of a join, one would be lost.
 */
export function named<Column extends AnySQLiteColumn>(column: Column, name: string) {
  return sql<Column["_"]["data"]>`${column}`.mapWith(column).as(name);
}

/** Before every key: they begin at 1. */
export const FIRST_KEY = sql<never>`0`;

/** The entry as the statement that follows, in one batch, the change that it tells of. */
export function auditInsert(db: Database, entry: AuditEntry) {
  return db.insert(auditLog).values(entry);
}

/**
 * The same, written only when the statement before it in the batch changed a row: `changes()` is SQLite's count of the
 * rows of the last INSERT, UPDATE or DELETE. Several entries tell of several sides of one change.
 */
export function auditInsertIfChanged(db: Database, ...entries: readonly AuditEntry[]) {
  return insertWhere(db, auditLog, { rows: entries, condition: sql`changes() > 0` });
}

/** One entry under any condition; `target` and `organization` where only the batch itself knows to whom it happened. */
export function auditInsertWhere(
  db: Database,
  entry: AuditEntry,
  {
    condition,
    target = sql`${entry.target}`,
    organization = sql`${entry.organization}`,
  }: { condition: SQL; target?: SQL; organization?: SQL },
) {
  return insertWhere(db, auditLog, { rows: [{ ...entry, target, organization }], condition });
}

/** The rows as one statement that writes all of them, or, where the condition doesn't hold, none. */
export function insertWhere<Table extends SQLiteTable>(
  db: Database,
  table: Table,
  { rows, condition }: { rows: readonly SQLiteInsertValue<Table>[]; condition: SQL },
) {
  const selects = rows.map((row) => sql`SELECT ${sql.join(valuesOf(table, row), sql`, `)} WHERE ${condition}`);
  return db.insert(table).select(sql.join(selects, sql` UNION ALL `));
}

/** In the order of the table's columns; a generated key is null, which SQLite replaces. */
function valuesOf<Table extends SQLiteTable>(table: Table, row: SQLiteInsertValue<Table>): SQL[] {
  const given: Readonly<Record<string, unknown>> = row;
  return Object.entries(getTableColumns(table)).map(([name, column]) => {
    const value = given[name] ?? column.default ?? null;
    if (value === null) return sql`NULL`;
    return is(value, SQL) ? value : sql`${sql.param(value, column)}`;
  });
}
