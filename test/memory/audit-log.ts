import type { AuditLog } from "../../src/domain/ports.ts";
import type { MemoryDatabase } from "./database.ts";

/** The audit log in a list. */
export function memoryAuditLog(db: MemoryDatabase): AuditLog {
  return {
    async write(entry) {
      db.audit.push(entry);
    },
  };
}
