import { desc } from "drizzle-orm";
import type { SigningKeys } from "../domain/ports.ts";
import { type Database, onD1 } from "./d1.ts";
import { signingKeys } from "./d1-schema.ts";

export function d1SigningKeys(db: Database): SigningKeys {
  return {
    all: () => onD1("signing keys", () => db.select().from(signingKeys).orderBy(desc(signingKeys.createdAt)).all()),

    insertFirst: (key) =>
      onD1("first signing key", async () => {
        // the index on the current state lets exactly one in
        await db.insert(signingKeys).values(key).onConflictDoNothing();
      }),
  };
}
