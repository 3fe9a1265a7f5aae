import { publicId } from "../crypto/ids.ts";
import { type AuditAction, accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { ProjectId } from "./ids.ts";
import { type Page, type PageWanted, pageOf } from "./page.ts";
import type { Acting } from "./permissions.ts";
import type { Core } from "./ports.ts";
import type { Project } from "./project.ts";
import type { Standing } from "./session.ts";
import type { Account } from "./user.ts";

export async function listProjects(
  core: Core,
  { caller, wanted }: { caller: Acting<Account>; wanted: PageWanted<ProjectId> },
): Promise<Page<Project, ProjectId>> {
  const found = await core.projects.page(caller.membership.organization.id, wanted);
  return pageOf(found, wanted.limit, ({ id }) => id);
}

export async function createProject(
  core: Core,
  { call, caller, name }: { call: Call; caller: Acting<Standing>; name: string },
): Promise<Omit<Project, "id">> {
  const id = publicId({ prefix: "prj", random: core.random });
  const project = { publicId: id, name, createdAt: core.clock.now(), archivedAt: null };
  const entry = accountEntry(call, caller, { action: "project.created", at: project.createdAt, target: id });
  await core.projects.create(caller.membership.organization.id, project, entry);
  return project;
}

/** What may be changed of a project; what is absent stays. */
export interface ProjectChange {
  readonly name?: string | undefined;
  readonly archived?: boolean | undefined;
}

/** The project as it is after the change. Archiving again keeps the first time. */
export async function changeProject(
  core: Core,
  { call, caller, id, change }: { call: Call; caller: Acting<Standing>; id: string; change: ProjectChange },
): Promise<Project> {
  const before = await core.projects.byPublicId(caller.membership.organization.id, id);
  if (before === null) throw new AuthError("not_found", "no such project of this organization");
  const at = core.clock.now();
  const renames = change.name !== undefined && change.name !== before.name;
  const archives = change.archived === true && before.archivedAt === null;
  const restores = change.archived === false && before.archivedAt !== null;
  const difference = {
    ...(renames ? { name: change.name } : {}),
    ...(archives || restores ? { archivedAt: archives ? at : null } : {}),
  };
  const actions: AuditAction[] = [];
  if (renames) actions.push("project.renamed");
  if (archives || restores) actions.push(archives ? "project.archived" : "project.restored");
  if (actions.length === 0) return before;
  const audit = actions.map((action) => accountEntry(call, caller, { action, at, target: id }));
  await core.projects.change(before.id, difference, audit);
  return { ...before, ...difference };
}
