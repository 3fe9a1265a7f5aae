CREATE TABLE `audit_chain` (
	`one` integer PRIMARY KEY NOT NULL,
	`run` text NOT NULL,
	`chained_to` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_heads` (
	`organization` text PRIMARY KEY NOT NULL,
	`sequence` integer NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `company_credentials` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`public_id` text NOT NULL,
	`organization_id` integer NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `company_credentials_public_id` ON `company_credentials` (`public_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `company_credentials_secret` ON `company_credentials` (`secret_hash`);--> statement-breakpoint
CREATE INDEX `company_credentials_organization` ON `company_credentials` (`organization_id`,`id`) WHERE revoked_at IS NULL;--> statement-breakpoint
CREATE TABLE `company_grants` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`credential_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`credential_id`) REFERENCES `company_credentials`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `company_grants_expiry` ON `company_grants` (`expires_at`);--> statement-breakpoint
ALTER TABLE `audit_log` ADD `sequence` integer;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `chain_hash` text;--> statement-breakpoint
CREATE INDEX `audit_log_time` ON `audit_log` (`organization`,`at`,`id`);--> statement-breakpoint
ALTER TABLE `members` ADD `designation` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `members` ADD `is_active` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `members` ADD `assigned_agents` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE INDEX `members_active_admins` ON `members` (`organization_id`,`user_id`) WHERE role = 'admin' AND is_active = 1;--> statement-breakpoint
CREATE INDEX `unpublished_revocations_until` ON `unpublished_revocations` (`until`);