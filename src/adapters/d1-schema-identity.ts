import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserId } from "../domain/ids.ts";
import type { Identity } from "../domain/ports/identities.ts";
import { users } from "./d1-schema.ts";

/** Who a user is elsewhere. */
export const identities = sqliteTable(
  "identities",
  {
    provider: text().$type<Identity["provider"]>().notNull(),
    subject: text().notNull(),
    userId: integer("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.subject] }), index("identities_user").on(t.userId)],
);
