import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { OrganizationId, SecretHash, UserId } from "../domain/ids.ts";
import type { Role } from "../domain/user.ts";
import { organizations, users } from "./d1-schema.ts";

/** Mailed invitations: each is accepted once, by one statement. Accepted ones stay until their time is over. */
export const invitations = sqliteTable(
  "invitations",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    publicId: text("public_id").notNull(),
    organizationId: integer("organization_id")
      .$type<OrganizationId>()
      .notNull()
      .references(() => organizations.id),
    inviterId: integer("inviter_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    email: text().notNull(),
    role: text().$type<Role>().notNull(),
    tokenHash: text("token_hash").$type<SecretHash>().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    acceptedAt: integer("accepted_at"),
    /** the request that accepted it */
    acceptedBy: text("accepted_by"),
  },
  (t) => [
    uniqueIndex("invitations_public_id").on(t.publicId),
    uniqueIndex("invitations_token").on(t.tokenHash),
    uniqueIndex("invitations_one_waiting").on(t.organizationId, t.email).where(sql`accepted_at IS NULL`),
    index("invitations_organization").on(t.organizationId, t.id).where(sql`accepted_at IS NULL`),
    // for the check of its reference, when a user is inserted
    index("invitations_inviter").on(t.inviterId),
    // for who deletes their account
    index("invitations_email").on(t.email),
    index("invitations_expiry").on(t.expiresAt),
  ],
);
