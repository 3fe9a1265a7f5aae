import { and, desc, eq, exists, gt, gte, isNull, lte, ne, or, type SQL, sql } from "drizzle-orm";
import { type ApiKey, KEYS_AT_MOST, type ListedApiKey, type OwnKey, USAGE_DAYS } from "../domain/api-key.ts";
import type { AuditEntry } from "../domain/audit.ts";
import type { ApiKeyId } from "../domain/ids.ts";
import { dayOf } from "../domain/key-quota.ts";
import type { ApiKeys, KeyRotation, NewApiKey } from "../domain/ports/api-keys.ts";
import { auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { keyStandings } from "./d1-key-standing.ts";
import { apiKeySecrets, apiKeys, apiKeyUsage, sessions } from "./d1-schema.ts";

const KEY_COLUMNS = {
  id: apiKeys.id,
  publicId: apiKeys.publicId,
  name: apiKeys.name,
  description: apiKeys.description,
  shownAs: apiKeys.shownAs,
  rateLimit: apiKeys.rateLimit,
  scopes: apiKeys.scopes,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
};

export function d1ApiKeys(db: Database): ApiKeys {
  return {
    ...keyStandings(db),

    create: (key, audit) => onD1("create api key", () => create(db, key, audit)),

    ofOwner: (owner, now) => onD1("api keys of owner", () => listed(db, owner, now)),

    own: (which) =>
      onD1("own api key", async (): Promise<ApiKey | null> => {
        const key = await db.select(KEY_COLUMNS).from(apiKeys).where(liveOwn(which)).get();
        return key ?? null;
      }),

    revoke: (which, audit) =>
      onD1("revoke api key", async () => {
        const [revoked] = await db.batch([
          db.update(apiKeys).set({ revokedAt: which.now }).where(liveOwn(which)).returning({ id: apiKeys.id }),
          auditInsertIfChanged(db, audit),
        ]);
        return revoked.length > 0;
      }),

    rotate: (rotation, audit) => onD1("rotate api key", () => rotate(db, rotation, audit)),
  };
}

function isLive(now: number): SQL | undefined {
  return and(isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, now));
}

function liveOwn({ key, owner, now }: OwnKey): SQL | undefined {
  const named = "id" in key ? eq(apiKeys.id, key.id) : eq(apiKeys.publicId, key.publicId);
  return and(named, eq(apiKeys.userId, owner), isLive(now));
}

/** One statement looks and inserts: no parallel burst makes one too many, and who is signed out meanwhile makes none. */
async function create(db: Database, key: NewApiKey, audit: AuditEntry): Promise<ApiKeyId | null> {
  const others = sql`(SELECT count(*) FROM ${apiKeys} WHERE ${and(eq(apiKeys.userId, key.owner), isLive(key.createdAt))})`;
  const session = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, key.session), isNull(sessions.revokedAt), gt(sessions.expiresAt, key.createdAt)));
  const values = sql.join(
    [
      sql`NULL`, // the id, which SQLite makes
      sql`${key.publicId}`,
      sql`${key.owner}`,
      sql`${key.organization}`,
      sql`${key.name}`,
      sql`${key.description}`,
      sql`${key.shownAs}`,
      sql`${key.rateLimit}`,
      sql`${JSON.stringify(key.scopes)}`,
      sql`${key.createdAt}`,
      sql`${key.expiresAt}`,
      sql`NULL`, // not revoked
      sql`NULL`, // not used
    ],
    sql`, `,
  );
  const [made] = await db.batch([
    db
      .insert(apiKeys)
      .select(sql`SELECT ${values} WHERE ${others} < ${KEYS_AT_MOST} AND ${exists(session)}`)
      .returning({ id: apiKeys.id }),
    auditInsertIfChanged(db, audit),
    insertSecret(db, { secret: key.secret, now: key.createdAt, of: eq(apiKeys.publicId, key.publicId) }),
  ]);
  return made[0]?.id ?? null;
}

/** The secret of the key that `of` finds, or nothing. */
function insertSecret(db: Database, { secret, now, of }: { secret: string; now: number; of: SQL | undefined }) {
  return db
    .insert(apiKeySecrets)
    .select(sql`SELECT ${secret}, ${apiKeys.id}, ${now}, NULL FROM ${apiKeys} WHERE ${of}`)
    .returning({ keyId: apiKeySecrets.keyId });
}

async function rotate(db: Database, rotation: KeyRotation, audit: AuditEntry): Promise<boolean> {
  const { secret, shownAs, othersEndAt, now } = rotation;
  // What follows the insert happens only when it did.
  const rotated = sql`(SELECT ${apiKeySecrets.keyId} FROM ${apiKeySecrets} WHERE ${apiKeySecrets.hash} = ${secret})`;
  const others = and(sql`${apiKeySecrets.keyId} = ${rotated}`, ne(apiKeySecrets.hash, secret));
  const [made] = await db.batch([
    insertSecret(db, { secret, now, of: liveOwn(rotation) }),
    auditInsertIfChanged(db, audit),
    db.update(apiKeys).set({ shownAs }).where(sql`${apiKeys.id} = ${rotated}`),
    db
      .update(apiKeySecrets)
      .set({ expiresAt: othersEndAt })
      .where(and(others, or(isNull(apiKeySecrets.expiresAt), gt(apiKeySecrets.expiresAt, othersEndAt)))),
    db.delete(apiKeySecrets).where(and(others, lte(apiKeySecrets.expiresAt, now))),
  ]);
  return made.length > 0;
}

async function listed(db: Database, owner: OwnKey["owner"], now: number): Promise<ListedApiKey[]> {
  const live = and(eq(apiKeys.userId, owner), isLive(now));
  const [keys, usage] = await db.batch([
    db
      .select({ ...KEY_COLUMNS, lastUsedAt: apiKeys.lastUsedAt })
      .from(apiKeys)
      .where(live)
      .orderBy(desc(apiKeys.id))
      .limit(KEYS_AT_MOST),
    db
      .select({ keyId: apiKeyUsage.keyId, day: apiKeyUsage.day, requests: apiKeyUsage.requests })
      .from(apiKeyUsage)
      .innerJoin(apiKeys, eq(apiKeys.id, apiKeyUsage.keyId))
      .where(and(live, gte(apiKeyUsage.day, dayOf(now) - USAGE_DAYS + 1)))
      .orderBy(desc(apiKeyUsage.day)),
  ]);
  const usageOf = Map.groupBy(usage, ({ keyId }) => keyId);
  return keys.map((key) => ({
    ...key,
    usage: (usageOf.get(key.id) ?? []).map(({ day, requests }) => ({ day, requests })),
  }));
}
