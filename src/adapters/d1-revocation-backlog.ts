import { gt, lte, sql } from "drizzle-orm";
import type { RevocableId } from "../domain/ports.ts";
import { type Database, onD1 } from "./d1.ts";
import { unpublishedRevocations } from "./d1-schema-revocation.ts";
import type { RevocationBacklog } from "./kv-revocations.ts";

/** Half of the 1,000 operations on KV that one invocation of a Worker has. */
const DUE_AT_MOST = 500;

export function d1RevocationBacklog(db: Database): RevocationBacklog {
  return {
    add: (ids, until) =>
      onD1("postpone revocations", async () => {
        // one parameter for any number of ids: D1 takes 100 at most
        const rows = sql`SELECT value, ${until} FROM json_each(${JSON.stringify(ids)}) WHERE true`;
        await db.insert(unpublishedRevocations).select(rows).onConflictDoNothing();
      }),

    due: (now) =>
      onD1("due revocations", async () => {
        const [, due] = await db.batch([
          db.delete(unpublishedRevocations).where(lte(unpublishedRevocations.until, now)),
          db.select().from(unpublishedRevocations).where(gt(unpublishedRevocations.until, now)).limit(DUE_AT_MOST),
        ]);
        return due.map(({ sessionId: id, until }) => ({ id, until }));
      }),

    remove: (ids: readonly RevocableId[]) =>
      onD1("published revocations", async () => {
        await db
          .delete(unpublishedRevocations)
          .where(sql`${unpublishedRevocations.sessionId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
      }),
  };
}
