import { and, eq, isNotNull, or } from "drizzle-orm";
import type { Phones } from "../domain/ports/phones.ts";
import { auditInsert, auditInsertIfChanged, type Database, isUniqueViolation, onD1 } from "./d1.ts";
import { outboxInsert, outboxInsertIfChanged } from "./d1-outbox.ts";
import { users } from "./d1-schema.ts";

export function d1Phones(db: Database): Phones {
  return {
    ask: ({ user, phone, message }, audit) =>
      onD1("ask phone", async () => {
        await db.batch([
          db.update(users).set({ pendingPhone: phone }).where(eq(users.id, user)),
          auditInsert(db, audit),
          outboxInsert(db, message),
        ]);
      }),

    confirm: ({ user, phone, notice }, audit) =>
      onD1("confirm phone", async () => {
        try {
          const [confirmed] = await db.batch([
            db
              .update(users)
              .set({ phone, pendingPhone: null })
              .where(and(eq(users.id, user), eq(users.pendingPhone, phone)))
              .returning({ id: users.id }),
            auditInsertIfChanged(db, audit),
            outboxInsertIfChanged(db, notice),
          ]);
          return confirmed.length > 0 ? "confirmed" : "not_pending";
        } catch (error) {
          if (isUniqueViolation(error, "users.phone")) return "phone_taken";
          throw error;
        }
      }),

    remove: (user, audit) =>
      onD1("remove phone", async () => {
        await db.batch([
          db
            .update(users)
            .set({ phone: null, pendingPhone: null })
            .where(and(eq(users.id, user), or(isNotNull(users.phone), isNotNull(users.pendingPhone)))),
          auditInsertIfChanged(db, audit),
        ]);
      }),
  };
}
