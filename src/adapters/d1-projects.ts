import { and, eq, gt, isNull } from "drizzle-orm";
import type { Projects } from "../domain/ports/projects.ts";
import { auditInsert, auditInsertIfChanged, type Database, FIRST_KEY, onD1 } from "./d1.ts";
import { projects } from "./d1-schema-organization.ts";

const PROJECT_COLUMNS = {
  id: projects.id,
  publicId: projects.publicId,
  name: projects.name,
  createdAt: projects.createdAt,
  archivedAt: projects.archivedAt,
};

export function d1Projects(db: Database): Projects {
  const select = () => db.select(PROJECT_COLUMNS).from(projects);
  return {
    page: (organization, { limit, after }) =>
      onD1("projects", () =>
        select()
          .where(and(eq(projects.organizationId, organization), gt(projects.id, after ?? FIRST_KEY)))
          .orderBy(projects.id)
          .limit(limit + 1)
          .all(),
      ),

    byPublicId: (organization, publicId) =>
      onD1("project", async () => {
        const isTheirs = and(eq(projects.publicId, publicId), eq(projects.organizationId, organization));
        return (await select().where(isTheirs).get()) ?? null;
      }),

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

    create: (organizationId, project, audit) =>
      onD1("create project", async () => {
        await db.batch([db.insert(projects).values({ ...project, organizationId }), auditInsert(db, audit)]);
      }),

    change: (id, change, audit) =>
      onD1("change project", async () => {
        const update = db.update(projects).set(change).where(eq(projects.id, id));
        await db.batch([update, auditInsertIfChanged(db, ...audit)]);
      }),
  };
}
