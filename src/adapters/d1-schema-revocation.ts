import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { RevocableId } from "../domain/ports.ts";

/** Ended sessions that KV would not take: the cron trigger publishes them. */
export const unpublishedRevocations = sqliteTable(
  "unpublished_revocations",
  {
    sessionId: text("session_id").$type<RevocableId>().primaryKey(),
    /** when the last access token of the session has expired, and nobody need know any more */
    until: integer().notNull(),
  },
  (t) => [index("unpublished_revocations_until").on(t.until)],
);
