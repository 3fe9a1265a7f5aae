import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import { KEY_LEASE_SECONDS, type KeyStanding } from "../domain/api-key.ts";
import type { SecretHash } from "../domain/ids.ts";
import type { ApiKeys } from "../domain/ports/api-keys.ts";
import { type Database, onD1 } from "./d1.ts";
import { MEMBERSHIP_COLUMNS, membershipOf } from "./d1-membership.ts";
import { apiKeySecrets, apiKeys, members, organizations, secondFactors, users } from "./d1-schema.ts";
import { USER_COLUMNS } from "./d1-user-columns.ts";

/** Secrets remembered by one isolate: about 10 MB. */
const REMEMBERED_AT_MOST = 10_000;

interface Remembered {
  readonly standing: KeyStanding;
  readonly from: number;
  readonly to: number;
}

/** Who a secret stands for: in one read, or in none while this isolate remembers it. */
export function keyStandings(db: Database): Pick<ApiKeys, "standing" | "recentStanding" | "forget"> {
  const select = selectStanding(db).prepare();
  const memory = new Map<SecretHash, Remembered>();
  /** how often something was forgotten: a read that began before must not be remembered */
  let forgotten = 0;

  async function standing(secret: SecretHash, now: number): Promise<KeyStanding | null> {
    const asOf = forgotten;
    const found = await onD1("api key standing", async () => standingOf(await select.get({ secret, now })));
    memory.delete(secret);
    if (found === null || asOf !== forgotten) return found;
    const [oldest] = memory.keys();
    if (oldest !== undefined && memory.size >= REMEMBERED_AT_MOST) memory.delete(oldest);
    memory.set(secret, { standing: found, from: now, to: Math.min(now + KEY_LEASE_SECONDS, found.expiresAt) });
    return found;
  }

  return {
    standing,

    // A secret that isn't known is never remembered: it may be that of a key made elsewhere a moment ago.
    async recentStanding(secret, now) {
      const known = memory.get(secret);
      return known !== undefined && known.from <= now && now < known.to ? known.standing : standing(secret, now);
    },

    forget(owner) {
      forgotten += 1;
      for (const [secret, { standing }] of memory) if (standing.user.id === owner) memory.delete(secret);
    },
  };
}

function selectStanding(db: Database) {
  const now = sql.placeholder("now");
  return db
    .select({
      key: { publicId: apiKeys.publicId, rateLimit: apiKeys.rateLimit, scopes: apiKeys.scopes },
      expiresAt: sql<number>`min(${apiKeys.expiresAt}, coalesce(${apiKeySecrets.expiresAt}, ${apiKeys.expiresAt}))`,
      organizationId: apiKeys.organizationId,
      user: USER_COLUMNS,
      membership: MEMBERSHIP_COLUMNS,
      factorConfirmedAt: secondFactors.confirmedAt,
    })
    .from(apiKeySecrets)
    .innerJoin(apiKeys, eq(apiKeys.id, apiKeySecrets.keyId))
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .leftJoin(
      members,
      and(eq(members.userId, users.id), eq(members.organizationId, apiKeys.organizationId), eq(members.isActive, true)),
    )
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .where(
      and(
        eq(apiKeySecrets.hash, sql.placeholder("secret")),
        isNull(apiKeys.revokedAt),
        gt(apiKeys.expiresAt, now),
        or(isNull(apiKeySecrets.expiresAt), gt(apiKeySecrets.expiresAt, now)),
      ),
    );
}

type StandingRow = Awaited<ReturnType<ReturnType<typeof selectStanding>["get"]>>;

/** A key of an organization is good only while its owner is active there. */
function standingOf(row: StandingRow): KeyStanding | null {
  if (row === undefined) return null;
  const { organizationId, factorConfirmedAt, ...rest } = row;
  const membership = membershipOf(row.membership);
  if (organizationId !== null && membership === null) return null;
  return { ...rest, membership, hasSecondFactor: factorConfirmedAt !== null };
}
