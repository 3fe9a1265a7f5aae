import type { ProjectId } from "../../src/domain/ids.ts";
import type { Projects } from "../../src/domain/ports/projects.ts";
import { type MemoryDatabase, type ProjectRow, pageFrom } from "./database.ts";

export function memoryProjects(db: MemoryDatabase): Projects {
  const of = (organization: ProjectRow["organization"]) =>
    [...db.projects.values()]
      .filter((project) => project.organization === organization)
      .map(({ organization: _, ...project }) => project);

  return {
    page: async (organization, wanted) => pageFrom(of(organization), wanted, ({ id }) => id),

    byPublicId: async (organization, publicId) => of(organization).find((each) => each.publicId === publicId) ?? null,

    defaultOf: async (organization) => of(organization).find(({ archivedAt }) => archivedAt === null)?.publicId ?? null,

    async create(organization, project, audit) {
      const id = (db.projects.size + 1) as ProjectId;
      db.projects.set(id, { id, ...project, organization });
      db.audit.push(audit);
    },

    async change(id, change, audit) {
      const before = db.projects.get(id);
      if (before === undefined) return;
      db.projects.set(id, { ...before, ...change });
      db.audit.push(...audit);
    },
  };
}
