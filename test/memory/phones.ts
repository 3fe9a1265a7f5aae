import type { Phones } from "../../src/domain/ports/phones.ts";
import type { MemoryDatabase } from "./database.ts";
import { writeMessage } from "./outbox.ts";

/** Phone numbers of the users in the Map. */
export function memoryPhones(db: MemoryDatabase): Phones {
  return {
    async ask({ user: id, phone, message }, audit) {
      const user = db.users.get(id);
      if (user === undefined) return;
      db.users.set(id, { ...user, pendingPhone: phone });
      writeMessage(db, message);
      db.audit.push(audit);
    },
    async confirm({ user: id, phone, notice }, audit) {
      const user = db.users.get(id);
      if (user?.pendingPhone !== phone) return "not_pending";
      if ([...db.users.values()].some((other) => other.id !== id && other.phone === phone)) return "phone_taken";
      db.users.set(id, { ...user, phone, pendingPhone: null });
      db.audit.push(audit);
      writeMessage(db, notice);
      return "confirmed";
    },
    async remove(id, audit) {
      const user = db.users.get(id);
      if (user === undefined || (user.phone === null && user.pendingPhone === null)) return;
      db.users.set(id, { ...user, phone: null, pendingPhone: null });
      db.audit.push(audit);
    },
  };
}
