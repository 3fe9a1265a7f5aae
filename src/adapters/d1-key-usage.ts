import { eq, sql } from "drizzle-orm";
import type { DayUsage } from "../domain/api-key.ts";
import { type Database, onD1 } from "./d1.ts";
import { apiKeys, apiKeyUsage } from "./d1-schema.ts";

export interface UsageReport {
  readonly publicId: string;
  /** whole counts of each day, so that a report may arrive twice, late or in any order */
  readonly days: readonly DayUsage[];
  readonly lastUsedAt: number;
}

export async function saveUsage(db: Database, { publicId, days, lastUsedAt }: UsageReport): Promise<void> {
  const key = eq(apiKeys.publicId, publicId);
  await onD1("key usage", async () => {
    await db.batch([
      db
        .update(apiKeys)
        .set({ lastUsedAt: sql`max(coalesce(${apiKeys.lastUsedAt}, 0), ${lastUsedAt})` })
        .where(key),
      ...days.map(({ day, requests }) =>
        db
          .insert(apiKeyUsage)
          .select(sql`SELECT ${apiKeys.id}, ${day}, ${requests} FROM ${apiKeys} WHERE ${key}`)
          .onConflictDoUpdate({
            target: [apiKeyUsage.keyId, apiKeyUsage.day],
            set: { requests: sql`max(${apiKeyUsage.requests}, excluded.requests)` },
          }),
      ),
    ]);
  });
}
