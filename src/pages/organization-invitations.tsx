import * as v from "valibot";
import type { Invitation } from "../domain/invitation.ts";
import { invite, listInvitations, revokeInvitation } from "../domain/invitations.ts";
import type { Page } from "../domain/page.ts";
import { ROLES } from "../domain/user.ts";
import { email, publicId } from "../wire/fields.ts";
import { Alert, Field, Form, formOn, PostButton, Select, Submit } from "./fields.tsx";
import { acting, inOrganization, More, OrganizationSections, wantedPage } from "./organization-layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { Time } from "./shown.tsx";
import { WORDS } from "./words.ts";

const PATH = "/organization/invitations";

export const INVITATIONS = page({
  path: PATH,
  access: "session",
  show: (core, { visitor, given }) =>
    inOrganization(visitor, "invitations.read", async (caller) => {
      const wanted = wantedPage<number>(given);
      const invitations = await listInvitations(core, { caller, wanted });
      return show((frame) => <InvitationsView {...{ frame, invitations, isFirst: wanted.after === null }} />);
    }),
  forms: [
    form("session", {
      action: "/pages/invite",
      read: { email, role: v.picklist(ROLES) },
      run: async (core, { call, visitor, fields }) => {
        await invite(core, { call, caller: acting(visitor, "invitations.write"), invited: fields });
        return go(PATH, "invited");
      },
    }),
    form("session", {
      action: "/pages/revoke-invitation",
      read: { invitation: publicId },
      run: async (core, { call, visitor, fields }) => {
        const caller = acting(visitor, "invitations.write");
        await revokeInvitation(core, { call, caller, id: fields.invitation });
        return go(PATH, "invitation_revoked");
      },
    }),
  ],
});

interface Listed {
  readonly frame: Frame;
  readonly invitations: Page<Invitation, number>;
  readonly isFirst: boolean;
}

function InvitationsView({ frame, invitations, isFirst }: Listed) {
  const { invitations: words, roles, members } = WORDS[frame.language].organization;
  const on = formOn(frame, "/pages/invite");
  return (
    <OrganizationSections frame={frame}>
      <section class="card">
        <Alert on={formOn(frame, "/pages/revoke-invitation")} />
        {invitations.items.length === 0 ? <p class="soft">{words.none}</p> : null}
        <ul class="rows">
          {invitations.items.map((invitation) => (
            <InvitationRow frame={frame} invitation={invitation} />
          ))}
        </ul>
        <More frame={frame} isFirst={isFirst} next={invitations.next === null ? null : [invitations.next]} />
      </section>
      <section class="card">
        <h2>{words.make}</h2>
        <Form on={on}>
          <Field on={on} name="email" type="email" label={words.email} autocomplete="off" />
          <Select
            on={on}
            name="role"
            label={members.role}
            value="member"
            options={ROLES.map((role) => [role, roles[role]])}
          />
          <Submit>{words.button}</Submit>
        </Form>
      </section>
    </OrganizationSections>
  );
}

function InvitationRow({ frame, invitation }: { frame: Frame; invitation: Invitation }) {
  const { language } = frame;
  const { invitations: words, roles } = WORDS[language].organization;
  return (
    <li>
      <div>
        <p>
          <strong>{invitation.email}</strong> <span class="tag">{roles[invitation.role]}</span>
        </p>
        <p class="soft">
          {words.until} <Time language={language} at={invitation.expiresAt} only="date" />
        </p>
      </div>
      <PostButton
        frame={frame}
        action="/pages/revoke-invitation"
        fields={{ invitation: invitation.publicId }}
        class="danger small"
        label={words.revokeOf(invitation.email)}
      >
        {words.revoke}
      </PostButton>
    </li>
  );
}
