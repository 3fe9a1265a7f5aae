import { inArray, lt, sql } from "drizzle-orm";
import type { Challenges } from "../domain/ports/challenges.ts";
import { type Database, onD1 } from "./d1.ts";
import { isLive } from "./d1-challenge-statements.ts";
import { users } from "./d1-schema.ts";
import { challenges } from "./d1-schema-challenge.ts";
import { credentialOf, selectCredential } from "./d1-users.ts";

export function d1Challenges(db: Database): Challenges {
  return {
    find: (link) =>
      onD1("find link", async () => {
        const isTheirs = sql`${users.id} = (SELECT ${challenges.userId} FROM ${challenges} WHERE ${isLive(link)})`;
        const [[found], [row]] = await db.batch([
          db.select({ email: challenges.email }).from(challenges).where(isLive(link)),
          selectCredential(db).where(isTheirs),
        ]);
        const account = credentialOf(row);
        return found === undefined || account === null ? null : { account, email: found.email };
      }),

    forget: ({ expiredBefore, limit }) =>
      onD1("forget challenges", async () => {
        const old = db
          .select({ tokenHash: challenges.tokenHash })
          .from(challenges)
          .where(lt(challenges.expiresAt, expiredBefore))
          .limit(limit);
        await db.delete(challenges).where(inArray(challenges.tokenHash, old));
      }),
  };
}
