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
  },
  (t) => [index("audit_log_organization").on(t.organization, t.id)],
);
