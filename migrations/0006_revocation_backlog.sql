CREATE TABLE `unpublished_revocations` (
	`session_id` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL
);
