import type { Child } from "hono/jsx";
import { cursorOf, type PageWanted, placeOf } from "../domain/page.ts";
import { type Acting, may, type Permission, permit } from "../domain/permissions.ts";
import type { Standing } from "../domain/session.ts";
import { Sections } from "./layout.tsx";
import { type Frame, type Given, type Outcome, show } from "./page.ts";
import { WORDS } from "./words.ts";

/** What a visitor must be allowed to see each of these pages. */
const NEEDS: Readonly<Record<keyof (typeof WORDS)["en"]["organization"]["menu"], Permission>> = {
  "/organization": "members.read",
  "/organization/invitations": "invitations.read",
  "/organization/projects": "projects.read",
  "/organization/credentials": "credentials.read",
  "/organization/audit": "audit.read",
};

/** The visitor as somebody who may do this in their organization. Throws `forbidden`. */
export function acting(visitor: Standing, permission: Permission): Acting<Standing> {
  const { membership } = visitor;
  permit(membership, permission);
  if (membership === null) throw new TypeError("permit lets nobody pass without an organization");
  return { ...visitor, membership };
}

/** Shows the organization's page to its members, and to who has none the way to one. */
export async function inOrganization(
  visitor: Standing,
  permission: Permission,
  view: (caller: Acting<Standing>) => Promise<Outcome>,
): Promise<Outcome> {
  if (visitor.membership === null) return show((frame) => <NoneView frame={frame} />);
  return view(acting(visitor, permission));
}

/** Whether the visitor's role lets them; for what is merely shown: each form asks again. */
export function mayDo({ visitor }: Frame, permission: Permission): boolean {
  const membership = visitor?.membership ?? null;
  return membership !== null && may(membership.role, permission);
}

export function OrganizationSections({ frame, children }: { frame: Frame; children: Child }) {
  const words = WORDS[frame.language].organization;
  const membership = frame.visitor?.membership ?? null;
  const pages = Object.entries(words.menu).filter(([path]) => mayDo(frame, NEEDS[path as keyof typeof NEEDS]));
  return (
    <Sections frame={frame} title={membership?.organization.name ?? ""}>
      <p class="soft under">{membership === null ? "" : words.youAre(words.roles[membership.role])}</p>
      <nav aria-label={words.menuLabel} class="inner">
        <ul>
          {pages.map(([path, name]) => (
            <li>
              <a href={path} aria-current={path === frame.path ? "page" : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </Sections>
  );
}

function NoneView({ frame }: { frame: Frame }) {
  const words = WORDS[frame.language];
  return (
    <Sections frame={frame} title={words.layout.menu["/organization"]}>
      <section class="card">
        <p>{words.organization.none}</p>
      </section>
    </Sections>
  );
}

/** As many as keep a page under its 30 kB. */
const LISTED_AT_ONCE = 15;

/** The part of a list that `?after=` asks for: the first for whatever is no place in one. */
export function wantedPage<Position extends number>(given: Given): PageWanted<Position> {
  const [after = null] = placeOf(given("after"));
  return { limit: LISTED_AT_ONCE, after: after as Position | null };
}

/** On through a list; `query` is carried along. */
export function More({
  frame,
  isFirst,
  next,
  query = {},
}: {
  frame: Frame;
  isFirst: boolean;
  next: readonly number[] | null;
  query?: Readonly<Record<string, string>>;
}) {
  const words = WORDS[frame.language].organization;
  const address = (more: Readonly<Record<string, string>>) => `?${new URLSearchParams({ ...query, ...more })}`;
  if (isFirst && next === null) return null;
  return (
    <p class="buttons">
      {isFirst ? null : <a href={address({})}>{words.first}</a>}
      {next === null ? null : <a href={address({ after: cursorOf(...next) })}>{words.next}</a>}
    </p>
  );
}
