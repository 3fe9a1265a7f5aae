import type { AuditLog } from "../domain/ports.ts";
import { auditInsert, type Database, onD1 } from "./d1.ts";

export function d1AuditLog(db: Database): AuditLog {
  return {
    write: (entry) =>
      onD1("audit log", async () => {
        await auditInsert(db, entry);
      }),
  };
}
