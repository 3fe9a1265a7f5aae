import { sql } from "drizzle-orm";
import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { SigningKeyState } from "../domain/signing-key.ts";

export const signingKeys = sqliteTable(
  "signing_keys",
  {
    kid: text().primaryKey(),
    state: text().$type<SigningKeyState>().notNull(),
    publicJwk: text("public_jwk").notNull(),
    /** empty once retired */
    sealedPrivateJwk: text("sealed_private_jwk").notNull(),
    createdAt: integer("created_at").notNull(),
    /** when it came into its state */
    since: integer().notNull().default(0),
  },
  // of N cold starts, or of N rotations, one inserts: a second one in either state can't be
  (t) => [
    uniqueIndex("signing_keys_one_current").on(t.state).where(sql`state = 'current'`),
    uniqueIndex("signing_keys_one_next").on(t.state).where(sql`state = 'next'`),
  ],
);
