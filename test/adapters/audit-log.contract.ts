import { beforeEach, describe, expect, it } from "vitest";
import { audit, BARE, type MakeStorage, type Storage } from "./storage.ts";

/** What every audit log promises. */
export function auditLogContract(name: string, make: MakeStorage): void {
  let storage: Storage;

  describe(`audit log: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
    });

    it("an entry is one row with all its fields", async () => {
      const entry = audit("login.failed", { result: "failure" });
      await storage.auditLog.write(entry);
      expect(await storage.auditRows()).toEqual([entry]);
    });

    it("what isn't known is null", async () => {
      const entry = audit("login.failed", BARE);
      await storage.auditLog.write(entry);
      expect(await storage.auditRows()).toEqual([entry]);
    });

    it("equal entries are two rows, in the order in which they were written", async () => {
      const entries = [audit("login.failed"), audit("login.failed"), audit("session.ended")];
      for (const entry of entries) await storage.auditLog.write(entry);
      expect(await storage.auditRows()).toEqual(entries);
    });
  });
}
