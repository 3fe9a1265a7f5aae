import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { CredentialId, OrganizationId, ProjectId, SecretHash } from "../domain/ids.ts";
import { organizations } from "./d1-schema.ts";

export const projects = sqliteTable(
  "projects",
  {
    id: integer().$type<ProjectId>().primaryKey({ autoIncrement: true }),
    publicId: text("public_id").notNull(),
    organizationId: integer("organization_id")
      .$type<OrganizationId>()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (t) => [uniqueIndex("projects_public_id").on(t.publicId), index("projects_organization").on(t.organizationId, t.id)],
);

export const companyCredentials = sqliteTable(
  "company_credentials",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    publicId: text("public_id").$type<CredentialId>().notNull(),
    organizationId: integer("organization_id")
      .$type<OrganizationId>()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    /** of the `companyId` */
    secretHash: text("secret_hash").$type<SecretHash>().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
  },
  (t) => [
    uniqueIndex("company_credentials_public_id").on(t.publicId),
    uniqueIndex("company_credentials_secret").on(t.secretHash),
    index("company_credentials_organization").on(t.organizationId, t.id).where(sql`revoked_at IS NULL`),
  ],
);

/** A company's refresh tokens. */
export const companyGrants = sqliteTable(
  "company_grants",
  {
    tokenHash: text("token_hash").$type<SecretHash>().primaryKey(),
    credentialId: integer("credential_id")
      .notNull()
      .references(() => companyCredentials.id),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [index("company_grants_expiry").on(t.expiresAt)],
);
