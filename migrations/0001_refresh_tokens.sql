ALTER TABLE `sessions` ADD `refresh_counter` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `rotated_at` integer DEFAULT 0 NOT NULL;