import * as v from "valibot";
import type { OrganizationMember } from "../../domain/member.ts";
import { cursorOf, type Page } from "../../domain/page.ts";
import type { Project } from "../../domain/project.ts";
import { type Membership, ROLES } from "../../domain/user.ts";
import { IsoDate, isoDate, line, publicId, sample, text } from "../../wire/fields.ts";
import { NextCursor } from "../../wire/paging.ts";

// What is read.

export const MemberPath = v.object({ id: sample(publicId, "user_123") });
export const OrganizationPath = v.object({ id: sample(publicId, "org_456") });
export const ProjectPath = v.object({ id: sample(publicId, "prj_789") });

const AGENTS_AT_MOST = 100;

export const MemberUpdate = v.pipe(
  v.object({
    role: v.optional(sample(v.picklist(ROLES, `must be one of ${ROLES.join(", ")}`), "viewer")),
    designation: v.optional(sample(line(100, 0), "Software Engineer")),
    is_active: v.optional(sample(v.boolean("must be true or false"), true)),
    assigned_agents: v.optional(
      sample(
        v.pipe(
          v.array(line(100), "must be a list of strings"),
          v.maxLength(AGENTS_AT_MOST, `must have at most ${AGENTS_AT_MOST} items`),
        ),
        ["agent_abc", "agent_def"],
      ),
    ),
  }),
  v.transform(({ is_active: isActive, assigned_agents: assignedAgents, ...rest }) => ({
    ...rest,
    isActive,
    assignedAgents,
  })),
);

const PROJECT_NAME = "Website";

export const NewProject = v.object({ name: sample(line(), PROJECT_NAME) });

export const ProjectUpdate = v.object({
  name: v.optional(sample(line(), PROJECT_NAME)),
  archived: v.optional(sample(v.boolean("must be true or false"), true)),
});

// What is written.

export const Member = v.object({
  id: text("user_123"),
  email: text("user@example.com"),
  full_name: text("John Doe"),
  role: sample(v.picklist(ROLES), "viewer"),
  designation: text("Software Engineer"),
  is_active: sample(v.boolean(), true),
  assigned_agents: sample(v.array(v.string()), ["agent_abc", "agent_def"]),
  created_at: IsoDate,
});

export function member(found: OrganizationMember): v.InferOutput<typeof Member> {
  return {
    id: found.publicId,
    email: found.email,
    full_name: found.fullName,
    role: found.role,
    designation: found.designation,
    is_active: found.isActive,
    assigned_agents: [...found.assignedAgents],
    created_at: isoDate(found.createdAt),
  };
}

export const MemberList = v.object({ members: v.array(Member), next_cursor: NextCursor });

export function memberList({ items, next }: Page<OrganizationMember, number>): v.InferOutput<typeof MemberList> {
  return { members: items.map(member), next_cursor: nextCursor(next) };
}

export const OrganizationList = v.object({
  organizations: v.array(
    v.object({
      id: text("org_456"),
      name: text("Acme Corp"),
      role: v.picklist(ROLES),
      current: v.pipe(sample(v.boolean(), true), v.description("The session acts in this one")),
    }),
  ),
  next_cursor: NextCursor,
});

export function organizationList({
  page,
  current,
}: {
  page: Page<Membership, number>;
  current: Membership | null;
}): v.InferOutput<typeof OrganizationList> {
  return {
    organizations: page.items.map(({ organization, role }) => ({
      id: organization.publicId,
      name: organization.name,
      role,
      current: organization.id === current?.organization.id,
    })),
    next_cursor: nextCursor(page.next),
  };
}

export const ProjectShape = v.object({
  id: text("prj_789"),
  name: text(PROJECT_NAME),
  archived_at: v.nullable(IsoDate),
  created_at: IsoDate,
});

export function project(found: Omit<Project, "id">): v.InferOutput<typeof ProjectShape> {
  return {
    id: found.publicId,
    name: found.name,
    archived_at: found.archivedAt === null ? null : isoDate(found.archivedAt),
    created_at: isoDate(found.createdAt),
  };
}

export const ProjectList = v.object({ projects: v.array(ProjectShape), next_cursor: NextCursor });

export function projectList({ items, next }: Page<Project, number>): v.InferOutput<typeof ProjectList> {
  return { projects: items.map(project), next_cursor: nextCursor(next) };
}

function nextCursor(next: number | null): string | null {
  return next === null ? null : cursorOf(next);
}
