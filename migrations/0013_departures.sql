DROP INDEX `api_keys_user_live`;--> statement-breakpoint
CREATE INDEX `api_keys_user` ON `api_keys` (`user_id`,`revoked_at`,`id`);--> statement-breakpoint
DROP INDEX `sessions_user_live`;--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`revoked_at`,`created_at`);--> statement-breakpoint
CREATE INDEX `invitations_email` ON `invitations` (`email`);--> statement-breakpoint
CREATE INDEX `outbox_recipient` ON `outbox` (`recipient`);