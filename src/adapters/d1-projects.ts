import { and, eq, isNull } from "drizzle-orm";
import type { Projects } from "../domain/ports/projects.ts";
import { type Database, onD1 } from "./d1.ts";
import { projects } from "./d1-schema-organization.ts";

export function d1Projects(db: Database): Projects {
  return {
    defaultOf: (organization) =>
      onD1("default project", async () => {
        const oldest = await db
          .select({ publicId: projects.publicId })
          .from(projects)
          .where(and(eq(projects.organizationId, organization), isNull(projects.archivedAt)))
          .orderBy(projects.id)
          .limit(1)
          .get();
        return oldest?.publicId ?? null;
      }),
  };
}
