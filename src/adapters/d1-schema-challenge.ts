import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ChallengeKind } from "../domain/challenge.ts";
import type { SecretHash, SessionId, UserId } from "../domain/ids.ts";
import { users } from "./d1-schema.ts";

/** Mailed links: each is spent once, by one statement. */
export const challenges = sqliteTable(
  "challenges",
  {
    tokenHash: text("token_hash").$type<SecretHash>().primaryKey(),
    kind: text().$type<ChallengeKind>().notNull(),
    userId: integer("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    /** the address that the link went to, and that its use proves */
    email: text().notNull(),
    /** the session that asked, where one did */
    sessionId: text("session_id").$type<SessionId>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    usedAt: integer("used_at"),
    /** the id of the request that spent it: what follows in its batch knows by it that this request won */
    usedBy: text("used_by"),
    /** when the account's address had been proven, as it stood when the link was made: an undone change brings that back, too */
    provenAt: integer("proven_at"),
  },
  (t) => [
    index("challenges_user").on(t.userId, t.kind),
    index("challenges_undo").on(t.email).where(sql`kind = 'undo_email_change' AND used_at IS NULL`),
    index("challenges_expiry").on(t.expiresAt),
  ],
);
