import { and, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "./d1.ts";
import { isOfTeamOf } from "./d1-proven-address.ts";
import { apiKeys, backupCodes, secondFactors, users } from "./d1-schema.ts";
import { identities } from "./d1-schema-identity.ts";
import { companyCredentials } from "./d1-schema-organization.ts";

/**
 * What would let somebody in again who had the account since `since`, for the batch in which its owner takes it back. When
 * a number was proven isn't known, and who is linked elsewhere nobody sees: both go, and are soon proven again. The first
 * statement answers the company credentials that ended. `user` and `since` are any SQL, or NULL: then nothing happens.
 */
export function waysInDropped(db: Database, { user, since, now }: { user: SQL; since: SQL; now: number }) {
  return [
    db
      .update(companyCredentials)
      .set({ revokedAt: now })
      .where(
        and(isOfTeamOf(user), sql`${companyCredentials.createdAt} >= ${since}`, isNull(companyCredentials.revokedAt)),
      )
      .returning({ id: companyCredentials.publicId }),
    db.delete(identities).where(sql`${identities.userId} = ${user}`),
    db
      .update(apiKeys)
      .set({ revokedAt: now })
      .where(and(sql`${apiKeys.userId} = ${user} AND ${apiKeys.createdAt} >= ${since}`, isNull(apiKeys.revokedAt))),
    db.delete(secondFactors).where(sql`${secondFactors.userId} = ${user} AND ${secondFactors.createdAt} >= ${since}`),
    db
      .delete(backupCodes)
      .where(
        sql`${backupCodes.userId} = ${user} AND NOT EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = ${user})`,
      ),
    db.update(users).set({ phone: null, pendingPhone: null }).where(sql`${users.id} = ${user}`),
  ] as const;
}
