import type { CompanyCredential } from "../domain/company-credential.ts";
import {
  createCompanyCredential,
  listCompanyCredentials,
  revokeCompanyCredential,
} from "../domain/company-credentials.ts";
import type { CredentialId, ProjectId } from "../domain/ids.ts";
import type { Page } from "../domain/page.ts";
import type { Project } from "../domain/project.ts";
import { changeProject, createProject, listProjects } from "../domain/projects.ts";
import { line, publicId, secret } from "../wire/fields.ts";
import { Alert, CopyButton, Field, Form, formOn, PostButton, Submit } from "./fields.tsx";
import { acting, inOrganization, More, mayDo, OrganizationSections, wantedPage } from "./organization-layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { Time } from "./shown.tsx";
import { WORDS } from "./words.ts";

const PROJECTS_PATH = "/organization/projects";
const CREDENTIALS_PATH = "/organization/credentials";

export const PROJECTS = page({
  path: PROJECTS_PATH,
  access: "session",
  show: (core, { visitor, given }) =>
    inOrganization(visitor, "projects.read", async (caller) => {
      const wanted = wantedPage<ProjectId>(given);
      const projects = await listProjects(core, { caller, wanted });
      return show((frame) => <ProjectsView {...{ frame, projects, isFirst: wanted.after === null }} />);
    }),
  forms: [
    form("session", {
      action: "/pages/make-project",
      read: { name: line() },
      run: async (core, { call, visitor, fields }) => {
        await createProject(core, { call, caller: acting(visitor, "projects.write"), ...fields });
        return go(PROJECTS_PATH, "project_saved");
      },
    }),
    form("session", {
      action: "/pages/archive-project",
      read: { project: publicId, archived: secret },
      run: async (core, { call, visitor, fields }) => {
        const change = { archived: fields.archived === "yes" };
        const caller = acting(visitor, "projects.write");
        await changeProject(core, { call, caller, id: fields.project, change });
        return go(PROJECTS_PATH, "project_saved");
      },
    }),
  ],
});

function ProjectsView({ frame, projects, isFirst }: Listed<{ projects: Page<Project, ProjectId> }>) {
  const words = WORDS[frame.language].organization.projects;
  const on = formOn(frame, "/pages/make-project");
  return (
    <OrganizationSections frame={frame}>
      <section class="card">
        <Alert on={formOn(frame, "/pages/archive-project")} />
        {projects.items.length === 0 ? <p class="soft">{words.none}</p> : null}
        <ul class="rows">
          {projects.items.map((project) => (
            <ProjectRow frame={frame} project={project} />
          ))}
        </ul>
        <More frame={frame} isFirst={isFirst} next={projects.next === null ? null : [projects.next]} />
      </section>
      {mayDo(frame, "projects.write") ? (
        <section class="card">
          <h2>{words.make}</h2>
          <Form on={on}>
            <Field on={on} name="name" label={words.name} maxlength={200} autocomplete="off" />
            <Submit>{words.button}</Submit>
          </Form>
        </section>
      ) : null}
    </OrganizationSections>
  );
}

type Listed<What> = What & { readonly frame: Frame; readonly isFirst: boolean };

function ProjectRow({ frame, project }: { frame: Frame; project: Project }) {
  const words = WORDS[frame.language].organization.projects;
  const isArchived = project.archivedAt !== null;
  return (
    <li>
      <div>
        <p>
          <strong>{project.name}</strong> {isArchived ? <span class="tag warn">{words.archived}</span> : null}
        </p>
        <p class="soft">
          <code>{project.publicId}</code>
        </p>
      </div>
      {mayDo(frame, "projects.write") ? (
        <PostButton
          frame={frame}
          action="/pages/archive-project"
          fields={{ project: project.publicId, archived: isArchived ? "no" : "yes" }}
          class="quiet small"
          label={isArchived ? words.restoreOf(project.name) : words.archiveOf(project.name)}
        >
          {isArchived ? words.restore : words.archive}
        </PostButton>
      ) : null}
    </li>
  );
}

export const CREDENTIALS = page({
  path: CREDENTIALS_PATH,
  access: "session",
  show: (core, { visitor, given }) =>
    inOrganization(visitor, "credentials.read", async (caller) => {
      const wanted = wantedPage<number>(given);
      const credentials = await listCompanyCredentials(core, { caller, wanted });
      return show((frame) => <CredentialsView {...{ frame, credentials, isFirst: wanted.after === null }} />);
    }),
  forms: [
    form("session", {
      action: "/pages/make-credential",
      read: { name: line() },
      run: async (core, { call, visitor, fields }) => {
        const caller = acting(visitor, "credentials.write");
        const wanted = { ...fields, expiresInDays: null };
        const { companyId } = await createCompanyCredential(core, { call, caller, wanted });
        return show((frame) => <MadeView frame={frame} name={fields.name} companyId={companyId} />);
      },
    }),
    form("session", {
      action: "/pages/revoke-credential",
      read: { credential: publicId },
      run: async (core, { call, visitor, fields }) => {
        const caller = acting(visitor, "credentials.write");
        await revokeCompanyCredential(core, { call, caller, id: fields.credential as CredentialId });
        return go(CREDENTIALS_PATH, "credential_revoked");
      },
    }),
  ],
});

function CredentialsView({ frame, credentials, isFirst }: Listed<{ credentials: Page<CompanyCredential, number> }>) {
  const words = WORDS[frame.language].organization.credentials;
  const on = formOn(frame, "/pages/make-credential");
  return (
    <OrganizationSections frame={frame}>
      <section class="card">
        <p>{words.text}</p>
        <Alert on={formOn(frame, "/pages/revoke-credential")} />
        {credentials.items.length === 0 ? <p class="soft">{words.none}</p> : null}
        <ul class="rows">
          {credentials.items.map((credential) => (
            <CredentialRow frame={frame} credential={credential} />
          ))}
        </ul>
        <More frame={frame} isFirst={isFirst} next={credentials.next === null ? null : [credentials.next]} />
      </section>
      <section class="card">
        <h2>{words.make}</h2>
        <Form on={on}>
          <Field on={on} name="name" label={words.name} maxlength={200} autocomplete="off" />
          <Submit>{words.button}</Submit>
        </Form>
      </section>
    </OrganizationSections>
  );
}

function CredentialRow({ frame, credential }: { frame: Frame; credential: CompanyCredential }) {
  const { language } = frame;
  const { credentials: words } = WORDS[language].organization;
  const { neverUsed, lastUsed } = WORDS[language].account.keys;
  return (
    <li>
      <div>
        <p>
          <strong>{credential.name}</strong>
        </p>
        <p class="soft">
          {words.since} <Time language={language} at={credential.createdAt} only="date" />
          {", "}
          {credential.lastUsedAt === null ? neverUsed : `${lastUsed} `}
          {credential.lastUsedAt === null ? null : <Time language={language} at={credential.lastUsedAt} />}
        </p>
      </div>
      <PostButton
        frame={frame}
        action="/pages/revoke-credential"
        fields={{ credential: credential.id }}
        class="danger small"
        label={words.revokeOf(credential.name)}
      >
        {words.revoke}
      </PostButton>
    </li>
  );
}

function MadeView({ frame, name, companyId }: { frame: Frame; name: string; companyId: string }) {
  const { organization, account } = WORDS[frame.language];
  return (
    <OrganizationSections frame={frame}>
      <section class="card">
        <h2>{organization.credentials.made}</h2>
        <p class="who">{name}</p>
        <p role="status">{organization.credentials.madeText}</p>
        <p class="secret code" id="company-id">
          {companyId}
        </p>
        <div class="buttons">
          <CopyButton of="company-id" words={account.keys} />
          <a class="button quiet small" href={CREDENTIALS_PATH}>
            {account.keys.done}
          </a>
        </div>
      </section>
    </OrganizationSections>
  );
}
