import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type {
  ApiKeyId,
  BackupCodeId,
  OrganizationId,
  SealedBackupCode,
  SealedHash,
  SealedTotpSecret,
  SecretHash,
  SessionId,
  UserId,
} from "../domain/ids.ts";
import type { Channel } from "../domain/outbox.ts";
import type { OutboxState } from "../domain/ports/outbox.ts";
import type { AuthenticationMethod } from "../domain/session.ts";
import type { Role } from "../domain/user.ts";

// Every time is in epoch seconds. What is sealed begins with the id of its master key, so that CAST(... AS INTEGER) reads it:
// by the indexes `..._sealed_by` what an older key sealed is found. `migrations/` is made from the files `d1-schema*.ts` by `npm run migrations`.

export const users = sqliteTable(
  "users",
  {
    id: integer().$type<UserId>().primaryKey({ autoIncrement: true }),
    publicId: text("public_id").notNull(),
    email: text().notNull(),
    fullName: text("full_name").notNull(),
    passwordHash: text("password_hash").$type<SealedHash>(),
    /** counts the changes after which an earlier proof opens no session */
    credentialVersion: integer("credential_version").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    /** when somebody first proved that mail to the address reaches them; null before */
    emailVerifiedAt: integer("email_verified_at"),
    /** asked for, and not confirmed yet: others may ask for the same */
    pendingEmail: text("pending_email"),
    /** E.164, and only once a code sent there came back */
    phone: text(),
    pendingPhone: text("pending_phone"),
  },
  (t) => [
    uniqueIndex("users_public_id").on(t.publicId),
    uniqueIndex("users_email").on(t.email),
    uniqueIndex("users_phone").on(t.phone),
    index("users_sealed_by").on(sql`CAST(password_hash AS INTEGER)`),
  ],
);

export const organizations = sqliteTable(
  "organizations",
  {
    id: integer().$type<OrganizationId>().primaryKey({ autoIncrement: true }),
    publicId: text("public_id").notNull(),
    name: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [uniqueIndex("organizations_public_id").on(t.publicId)],
);

export const members = sqliteTable(
  "members",
  {
    organizationId: integer("organization_id")
      .$type<OrganizationId>()
      .notNull()
      .references(() => organizations.id),
    userId: integer("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    role: text().$type<Role>().notNull(),
    designation: text().notNull().default(""),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    assignedAgents: text("assigned_agents", { mode: "json" }).$type<readonly string[]>().notNull().default([]),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId] }),
    index("members_user").on(t.userId),
    index("members_active_admins").on(t.organizationId, t.userId).where(sql`role = 'admin' AND is_active = 1`),
  ],
);

export const sessions = sqliteTable(
  "sessions",
  {
    id: text().$type<SessionId>().primaryKey(),
    userId: integer("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    /** the organization in which the session acts; null before the user has one */
    organizationId: integer("organization_id")
      .$type<OrganizationId>()
      .references(() => organizations.id),
    clientId: text("client_id").notNull(),
    amr: text({ mode: "json" }).$type<AuthenticationMethod[]>().notNull(),
    address: text(),
    country: text(),
    userAgent: text("user_agent"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
    /** of the newest refresh token: all that is kept of it */
    refreshCounter: integer("refresh_counter").notNull().default(0),
    rotatedAt: integer("rotated_at").notNull().default(0),
    /** a login that waits for its second factor: a session that has not begun */
    pending: integer({ mode: "boolean" }).notNull().default(false),
  },
  (t) => [index("sessions_user").on(t.userId, t.revokedAt, t.createdAt), index("sessions_expiry").on(t.expiresAt)],
);

export const secondFactors = sqliteTable(
  "second_factors",
  {
    userId: integer("user_id")
      .$type<UserId>()
      .primaryKey()
      .references(() => users.id),
    sealedSecret: text("sealed_secret").$type<SealedTotpSecret>().notNull(),
    /** null until a first code has shown that the app has the secret */
    confirmedAt: integer("confirmed_at"),
    /** the last TOTP time step that was spent */
    lastStep: integer("last_step").notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  () => [index("second_factors_sealed_by").on(sql`CAST(sealed_secret AS INTEGER)`)],
);

/** The unspent ones: a code is spent by deleting its row. */
export const backupCodes = sqliteTable(
  "backup_codes",
  {
    id: text().$type<BackupCodeId>().primaryKey(),
    userId: integer("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    sealedCode: text("sealed_code").$type<SealedBackupCode>().notNull(),
  },
  (t) => [
    index("backup_codes_user").on(t.userId),
    index("backup_codes_sealed_by").on(sql`CAST(sealed_code AS INTEGER)`),
  ],
);

/** Messages to people: written in the batch of what they belong to, erased once they are delivered. */
export const outbox = sqliteTable(
  "outbox",
  {
    /** the order in which they were written */
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull(),
    channel: text().$type<Channel>().notNull(),
    to: text("recipient").notNull(),
    subject: text(),
    /** null once erased */
    text: text(),
    html: text(),
    createdAt: integer("created_at").notNull(),
    giveUpAt: integer("give_up_at").notNull(),
    state: text().$type<OutboxState>().notNull(),
    attempts: integer().notNull(),
    /** while waiting: when it may be tried; a try moves it to the end of its lease, so that no other begins meanwhile */
    nextAttemptAt: integer("next_attempt_at").notNull(),
  },
  (t) => [
    uniqueIndex("outbox_id").on(t.id),
    index("outbox_waiting").on(t.channel, t.nextAttemptAt).where(sql`state = 'waiting'`),
    index("outbox_age").on(t.createdAt),
    index("outbox_recipient").on(t.to),
  ],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: integer().$type<ApiKeyId>().primaryKey({ autoIncrement: true }),
    publicId: text("public_id").notNull(),
    userId: integer("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    /** the organization in which the key acts; null when its owner had none */
    organizationId: integer("organization_id")
      .$type<OrganizationId>()
      .references(() => organizations.id),
    name: text().notNull(),
    description: text(),
    /** how the newest secret begins */
    shownAs: text("shown_as").notNull(),
    rateLimit: integer("rate_limit").notNull(),
    scopes: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
  },
  (t) => [uniqueIndex("api_keys_public_id").on(t.publicId), index("api_keys_user").on(t.userId, t.revokedAt, t.id)],
);

/** A key has one secret, and older ones beside it while a rotation's overlap lasts. */
export const apiKeySecrets = sqliteTable(
  "api_key_secrets",
  {
    hash: text().$type<SecretHash>().primaryKey(),
    keyId: integer("key_id")
      .$type<ApiKeyId>()
      .notNull()
      .references(() => apiKeys.id),
    createdAt: integer("created_at").notNull(),
    /** the end of an older secret; null of the newest, which is good for as long as the key */
    expiresAt: integer("expires_at"),
  },
  (t) => [index("api_key_secrets_key").on(t.keyId)],
);

export const apiKeyUsage = sqliteTable(
  "api_key_usage",
  {
    keyId: integer("key_id")
      .$type<ApiKeyId>()
      .notNull()
      .references(() => apiKeys.id),
    /** days since 1970-01-01 */
    day: integer().notNull(),
    requests: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.keyId, t.day] })],
);
