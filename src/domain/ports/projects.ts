import type { AuditEntry } from "../audit.ts";
import type { OrganizationId, ProjectId } from "../ids.ts";
import type { PageWanted } from "../page.ts";
import type { Project } from "../project.ts";

export interface Projects {
  /** In the order in which they were made; one more than `limit` when there is one. */
  page(organization: OrganizationId, wanted: PageWanted<ProjectId>): Promise<Project[]>;
  byPublicId(organization: OrganizationId, publicId: string): Promise<Project | null>;
  /** The public id of the oldest one in use, which a team's token is for; null when there is none. */
  defaultOf(organization: OrganizationId): Promise<string | null>;
  create(organization: OrganizationId, project: Omit<Project, "id">, audit: AuditEntry): Promise<void>;
  change(
    id: ProjectId,
    change: Partial<Pick<Project, "name" | "archivedAt">>,
    audit: readonly AuditEntry[],
  ): Promise<void>;
}
