import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AuditAction } from "../domain/audit.ts";

export const auditLog = sqliteTable(
  "audit_log",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    action: text().$type<AuditAction>().notNull(),
    result: text().$type<"success" | "failure">().notNull(),
    actor: text(),
    organization: text(),
    target: text(),
    address: text(),
    country: text(),
    userAgent: text("user_agent"),
    requestId: text("request_id").notNull(),
    /** its number in its organization's chain, and the chain's hash there; null until it is chained */
    sequence: integer(),
    chainHash: text("chain_hash"),
  },
  (t) => [
    index("audit_log_organization").on(t.organization, t.id),
    index("audit_log_time").on(t.organization, t.at, t.id),
  ],
);

/** Where each organization's chain ends; the name is empty for what happened in none. */
export const auditHeads = sqliteTable("audit_heads", {
  organization: text().primaryKey(),
  sequence: integer().notNull(),
  hash: text().notNull(),
});

/** One row: how far all entries are chained, and the run that chained them. Who writes must name the run that it saw. */
export const auditChain = sqliteTable("audit_chain", {
  one: integer().primaryKey(),
  run: text().notNull(),
  chainedTo: integer("chained_to").notNull(),
});
