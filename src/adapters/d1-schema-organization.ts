import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { OrganizationId, ProjectId } from "../domain/ids.ts";
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
