import * as v from "valibot";
import { unreachable } from "../domain/error.ts";
import type { UserId } from "../domain/ids.ts";
import type { OrganizationMember } from "../domain/member.ts";
import { changeMember, listMembers, removeMember } from "../domain/members.ts";
import { leaveOrganization, listOrganizations, switchOrganization } from "../domain/organizations.ts";
import type { Page } from "../domain/page.ts";
import { type Membership, ROLES } from "../domain/user.ts";
import { publicId } from "../wire/fields.ts";
import { Alert, Form, formOn, PostButton } from "./fields.tsx";
import { acting, inOrganization, More, mayDo, OrganizationSections, wantedPage } from "./organization-layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { WORDS } from "./words.ts";

const PATH = "/organization";

/** What the buttons beside a member do. */
const DEEDS = ["role", "activate", "deactivate", "remove"] as const;

/** Nobody is in more than that: the list of one's organizations isn't paged here. */
const ORGANIZATIONS_SHOWN = 50;

export const ORGANIZATION = page({
  path: PATH,
  access: "session",
  show: (core, { visitor, given }) =>
    inOrganization(visitor, "members.read", async (caller) => {
      const wanted = wantedPage<UserId>(given);
      const all = { limit: ORGANIZATIONS_SHOWN, after: null };
      const [members, mine] = await Promise.all([
        listMembers(core, { caller, wanted }),
        listOrganizations(core, { caller, wanted: all }),
      ]);
      const others = mine.items.filter(({ organization }) => organization.id !== caller.membership.organization.id);
      return show((frame) => <MembersView {...{ frame, members, others, isFirst: wanted.after === null }} />);
    }),
  forms: [
    form("session", {
      action: "/pages/member",
      read: { member: publicId, deed: v.picklist(DEEDS), role: v.picklist(ROLES) },
      run: async (core, { call, visitor, fields }) => {
        const { member: id, deed, role } = fields;
        const caller = acting(visitor, "members.write");
        switch (deed) {
          case "role":
            await changeMember(core, { call, caller, id, change: { role } });
            return go(PATH, "member_changed");
          case "activate":
          case "deactivate":
            await changeMember(core, { call, caller, id, change: { isActive: deed === "activate" } });
            return go(PATH, "member_changed");
          case "remove":
            await removeMember(core, { call, caller, id });
            return go(PATH, "member_removed");
          default:
            return unreachable(deed);
        }
      },
    }),
    form("session", {
      action: "/pages/switch-organization",
      read: { organization: publicId },
      run: async (core, { call, visitor, fields }) => {
        const access = await switchOrganization(core, { call, caller: visitor, id: fields.organization });
        return { kind: "switched", to: PATH, access, session: visitor.session };
      },
    }),
    form("session", {
      action: "/pages/leave-organization",
      read: { organization: publicId },
      run: async (core, { call, visitor, fields }) => {
        await leaveOrganization(core, { call, caller: visitor, id: fields.organization });
        return { kind: "signed_out", to: "/login", note: "left" };
      },
    }),
  ],
});

interface Listed {
  readonly frame: Frame;
  readonly members: Page<OrganizationMember, UserId>;
  readonly others: readonly Membership[];
  readonly isFirst: boolean;
}

function MembersView({ frame, members, others, isFirst }: Listed) {
  return (
    <OrganizationSections frame={frame}>
      <section class="card">
        <Alert on={formOn(frame, "/pages/member")} />
        <ul class="rows">
          {members.items.map((member) => (
            <MemberRow frame={frame} member={member} />
          ))}
        </ul>
        <More frame={frame} isFirst={isFirst} next={members.next === null ? null : [members.next]} />
      </section>
      {others.length === 0 ? null : <OthersSection frame={frame} others={others} />}
      <LeaveSection frame={frame} />
    </OrganizationSections>
  );
}

function MemberRow({ frame, member }: { frame: Frame; member: OrganizationMember }) {
  const { members: words, roles } = WORDS[frame.language].organization;
  const isSelf = member.publicId === frame.visitor?.user.publicId;
  return (
    <li>
      <div>
        <p>
          <strong>{member.fullName}</strong> <span class="tag">{roles[member.role]}</span>{" "}
          {isSelf ? <span class="tag">{words.you}</span> : null}
          {member.isActive ? null : <span class="tag warn">{words.inactive}</span>}
        </p>
        <p class="soft">
          {member.email}
          {member.designation === "" ? "" : `, ${member.designation}`}
        </p>
      </div>
      {isSelf || !mayDo(frame, "members.write") ? null : <MemberForm frame={frame} member={member} />}
    </li>
  );
}

function MemberForm({ frame, member }: { frame: Frame; member: OrganizationMember }) {
  const { members: words, roles } = WORDS[frame.language].organization;
  const id = `role-${member.publicId}`;
  const deed = member.isActive ? "deactivate" : "activate";
  return (
    <details>
      <summary aria-label={words.changeOf(member.fullName)}>{words.change}</summary>
      <Form on={{ ...formOn(frame, "/pages/member"), refused: null }} hidden={{ member: member.publicId }}>
        <label for={id}>{words.role}</label>
        <select id={id} name="role">
          {ROLES.map((role) => (
            <option value={role} selected={role === member.role}>
              {roles[role]}
            </option>
          ))}
        </select>
        <div class="buttons">
          <button type="submit" class="small" name="deed" value="role">
            {words.saveRole}
          </button>
          <button type="submit" class="quiet small" name="deed" value={deed}>
            {words[deed]}
          </button>
          <button type="submit" class="danger small" name="deed" value="remove">
            {words.remove}
          </button>
        </div>
      </Form>
    </details>
  );
}

function OthersSection({ frame, others }: { frame: Frame; others: readonly Membership[] }) {
  const { members: words, roles } = WORDS[frame.language].organization;
  return (
    <section class="card">
      <h2>{words.others}</h2>
      <ul class="rows">
        {others.map(({ organization, role }) => (
          <li>
            <p>
              <strong>{organization.name}</strong> <span class="tag">{roles[role]}</span>
            </p>
            <PostButton
              frame={frame}
              action="/pages/switch-organization"
              fields={{ organization: organization.publicId }}
              class="quiet small"
              label={words.goTo(organization.name)}
            >
              {words.go}
            </PostButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

function LeaveSection({ frame }: { frame: Frame }) {
  const { members: words } = WORDS[frame.language].organization;
  const organization = frame.visitor?.membership?.organization.publicId ?? "";
  return (
    <section class="card">
      <h2>{words.leave}</h2>
      <p class="soft">{words.leaveText}</p>
      <Alert on={formOn(frame, "/pages/leave-organization")} />
      <div class="buttons">
        <PostButton frame={frame} action="/pages/leave-organization" fields={{ organization }} class="danger small">
          {words.leave}
        </PostButton>
      </div>
    </section>
  );
}
