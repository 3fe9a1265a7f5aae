import { and, eq, gt, inArray, isNull, lte, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { CompanyStanding } from "../domain/company-credential.ts";
import type { CompanyCredentials } from "../domain/ports/company-credentials.ts";
import { auditInsert, auditInsertIfChanged, type Database, FIRST_KEY, insertWhere, onD1 } from "./d1.ts";
import { organizations } from "./d1-schema.ts";
import { companyCredentials as credentials, companyGrants as grants } from "./d1-schema-organization.ts";

export function d1CompanyCredentials(db: Database): CompanyCredentials {
  return { ...standings(db), ...kept(db), ...used(db) };
}

/** Whose a secret is: one read each. */
function standings(db: Database): Pick<CompanyCredentials, "bySecret" | "byId" | "byRefreshToken"> {
  const now = sql.placeholder("now");
  const bySecret = selectStanding(db)
    .where(and(eq(credentials.secretHash, sql.placeholder("secret")), isLive(now)))
    .prepare();
  const byId = selectStanding(db)
    .where(and(eq(credentials.publicId, sql.placeholder("id")), isLive(now)))
    .prepare();
  const byToken = db
    .select({ ...STANDING_COLUMNS, openedAt: grants.createdAt, endsAt: grants.expiresAt })
    .from(grants)
    .innerJoin(credentials, eq(credentials.id, grants.credentialId))
    .innerJoin(organizations, eq(organizations.id, credentials.organizationId))
    .where(and(eq(grants.tokenHash, sql.placeholder("token")), sql`${grants.expiresAt} > ${now}`, isLive(now)))
    .prepare();
  return {
    bySecret: (secret, now) => onD1("company by secret", async () => standingOf(await bySecret.get({ secret, now }))),

    byId: (id, now) => onD1("company by id", async () => standingOf(await byId.get({ id, now }))),

    byRefreshToken: (token, now) =>
      onD1("company by refresh token", async () => {
        const row = await byToken.get({ token, now });
        const standing = standingOf(row);
        if (row === undefined || standing === null) return null;
        return { ...standing, grant: { createdAt: row.openedAt, expiresAt: row.endsAt } };
      }),
  };
}

/** What an organization does with its own. */
function kept(db: Database): Pick<CompanyCredentials, "create" | "page" | "revoke"> {
  return {
    create: (organizationId, { credential, secret }, audit) =>
      onD1("create company credential", async () => {
        const { id: publicId, ...rest } = credential;
        const row = { ...rest, publicId, organizationId, secretHash: secret };
        await db.batch([db.insert(credentials).values(row), auditInsert(db, audit)]);
      }),

    page: (organization, { limit, after }) =>
      onD1("company credentials", async () => {
        const rows = await db
          .select()
          .from(credentials)
          .where(
            and(
              eq(credentials.organizationId, organization),
              isNull(credentials.revokedAt),
              gt(credentials.id, after ?? FIRST_KEY),
            ),
          )
          .orderBy(credentials.id)
          .limit(limit + 1);
        return rows.map(({ id, publicId, name, createdAt, expiresAt, lastUsedAt }) => ({
          place: id,
          credential: { id: publicId, name, createdAt, expiresAt, lastUsedAt },
        }));
      }),

    revoke: (organization, { id, now }, audit) =>
      onD1("revoke company credential", async () => {
        const isTheirs = and(eq(credentials.publicId, id), eq(credentials.organizationId, organization));
        const [revoked] = await db.batch([
          db
            .update(credentials)
            .set({ revokedAt: now })
            .where(and(isTheirs, isNull(credentials.revokedAt)))
            .returning({ id: credentials.id }),
          auditInsertIfChanged(db, audit),
        ]);
        return revoked.length > 0;
      }),
  };
}

/** What a login and a refresh write. */
function used(db: Database): Pick<CompanyCredentials, "openGrant" | "touch" | "forgetGrants"> {
  const touch = db
    .update(credentials)
    .set({ lastUsedAt: sql`max(coalesce(last_used_at, 0), ${sql.placeholder("now")})` })
    .where(eq(credentials.publicId, sql.placeholder("id")))
    .prepare();
  return {
    openGrant: ({ token, credential, grant }, audit) =>
      onD1("open company grant", async () => {
        const key = sql`(SELECT id FROM company_credentials WHERE public_id = ${credential})`;
        const live = sql`EXISTS (SELECT 1 FROM company_credentials
          WHERE public_id = ${credential} AND ${isLive(grant.createdAt)})`;
        const rows = [{ tokenHash: token, credentialId: key, ...grant }];
        const [, opened] = await db.batch([
          db
            .update(credentials)
            .set({ lastUsedAt: grant.createdAt })
            .where(and(eq(credentials.publicId, credential), isLive(grant.createdAt))),
          insertWhere(db, grants, { rows, condition: live }),
          auditInsertIfChanged(db, audit),
        ]);
        return opened.meta.changes > 0;
      }),

    touch: (id, now) =>
      onD1("touch company credential", async () => {
        await touch.run({ id, now });
      }),

    forgetGrants: ({ by, limit }) =>
      onD1("forget company grants", async () => {
        const over = db.select({ token: grants.tokenHash }).from(grants).where(lte(grants.expiresAt, by)).limit(limit);
        const forgotten = await db.delete(grants).where(inArray(grants.tokenHash, over));
        return forgotten.meta.changes;
      }),
  };
}

const STANDING_COLUMNS = {
  id: credentials.publicId,
  name: credentials.name,
  expiresAt: credentials.expiresAt,
  organization: organizations.publicId,
};

function selectStanding(db: Database) {
  return db
    .select(STANDING_COLUMNS)
    .from(credentials)
    .innerJoin(organizations, eq(organizations.id, credentials.organizationId));
}

function isLive(now: number | Placeholder): SQL | undefined {
  return and(
    isNull(credentials.revokedAt),
    sql`(${credentials.expiresAt} IS NULL OR ${credentials.expiresAt} > ${now})`,
  );
}

type StandingRow = CompanyStanding["credential"] & { readonly organization: string };

function standingOf(row: StandingRow | undefined): CompanyStanding | null {
  if (row === undefined) return null;
  const { id, name, expiresAt, organization } = row;
  return { credential: { id, name, expiresAt }, organization };
}
