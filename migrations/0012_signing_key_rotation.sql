ALTER TABLE `signing_keys` ADD `since` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_one_next` ON `signing_keys` (`state`) WHERE state = 'next';--> statement-breakpoint
CREATE INDEX `backup_codes_sealed_by` ON `backup_codes` (CAST(sealed_code AS INTEGER));--> statement-breakpoint
CREATE INDEX `second_factors_sealed_by` ON `second_factors` (CAST(sealed_secret AS INTEGER));--> statement-breakpoint
CREATE INDEX `users_sealed_by` ON `users` (CAST(password_hash AS INTEGER));