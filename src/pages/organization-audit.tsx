import type { Child } from "hono/jsx";
import type { StoredEntry } from "../domain/audit-link.ts";
import { readAuditLog } from "../domain/audit-log.ts";
import { placeOf } from "../domain/page.ts";
import type { AuditFilter } from "../domain/ports/audit-trail.ts";
import { inOrganization, More, OrganizationSections } from "./organization-layout.tsx";
import { type Frame, type Given, page, show } from "./page.ts";
import { countryName, Time } from "./shown.tsx";
import { WORDS } from "./words.ts";

const PATH = "/organization/audit";

const SHOWN_AT_ONCE = 25;
const DAY_SECONDS = 86_400;

/** What the filter's fields are called in the page's address. */
const FIELDS = ["action", "actor", "result", "from", "to"] as const;

export const AUDIT = page({
  path: PATH,
  access: "session",
  show: (core, { visitor, given }) =>
    inOrganization(visitor, "audit.read", async (caller) => {
      const [at, id] = placeOf(given("after"));
      const after = at === undefined || id === undefined ? null : { at, id };
      const wanted = { limit: SHOWN_AT_ONCE, after };
      const { items, next } = await readAuditLog(core, { caller, filter: filterOf(given), wanted });
      const query = Object.fromEntries(FIELDS.map((name) => [name, given(name)]).filter(([, value]) => value !== ""));
      const more = { isFirst: after === null, next: next === null ? null : [next.at, next.id], query };
      return show((frame) => (
        <OrganizationSections frame={frame}>
          <FilterSection frame={frame} given={given} />
          <EntriesSection frame={frame} entries={items}>
            <More frame={frame} {...more} />
          </EntriesSection>
        </OrganizationSections>
      ));
    }),
});

/** What isn't filled in, or can't be read, doesn't filter. */
function filterOf(given: Given): AuditFilter {
  const { result, from, to } = { result: given("result"), from: dayOf(given("from")), to: dayOf(given("to")) };
  return {
    action: given("action").trim() || null,
    actor: given("actor").trim() || null,
    target: null,
    result: result === "success" || result === "failure" ? result : null,
    from,
    to: to === null ? null : to + DAY_SECONDS - 1,
  };
}

/** The first second of a day, as a date field writes it. */
function dayOf(date: string): number | null {
  const milliseconds = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds / 1_000;
}

function FilterSection({ frame, given }: { frame: Frame; given: Given }) {
  const { audit: words } = WORDS[frame.language].organization;
  return (
    <section class="card">
      <h2>{words.filter}</h2>
      <form method="get" action={PATH} class="filter">
        <FilterField name="action" label={words.action} given={given} />
        <FilterField name="actor" label={words.actor} given={given} />
        <p>
          <label for="filter-result">{words.result}</label>
          <select id="filter-result" name="result">
            {(["", "success", "failure"] as const).map((result) => (
              <option value={result} selected={given("result") === result}>
                {words[result === "" ? "either" : result]}
              </option>
            ))}
          </select>
        </p>
        <FilterField name="from" type="date" label={words.from} given={given} />
        <FilterField name="to" type="date" label={words.to} given={given} />
        <button type="submit" class="quiet small">
          {words.show}
        </button>
      </form>
    </section>
  );
}

interface FilterSpec {
  readonly name: (typeof FIELDS)[number];
  readonly label: string;
  readonly given: Given;
  readonly type?: "date";
}

function FilterField({ name, label, given, type }: FilterSpec) {
  const id = `filter-${name}`;
  return (
    <p>
      <label for={id}>{label}</label>
      <input id={id} name={name} type={type ?? "text"} value={given(name)} />
    </p>
  );
}

interface Entries {
  readonly frame: Frame;
  readonly entries: readonly StoredEntry[];
  readonly children: Child;
}

function EntriesSection({ frame, entries, children }: Entries) {
  const { audit: words } = WORDS[frame.language].organization;
  return (
    <section class="card">
      <h2>{words.list}</h2>
      {entries.length === 0 ? <p class="soft">{words.none}</p> : null}
      <ul class="rows log">
        {entries.map((entry) => (
          <EntryRow frame={frame} entry={entry} />
        ))}
      </ul>
      {children}
    </section>
  );
}

function EntryRow({ frame, entry }: { frame: Frame; entry: StoredEntry }) {
  const { language } = frame;
  const { audit: words } = WORDS[language].organization;
  const place = [countryName(language, entry.country), entry.address].filter((part) => part !== null).join(", ");
  return (
    <li>
      <p>
        <code>{entry.action}</code> {entry.result === "failure" ? <span class="tag warn">{words.failure}</span> : null}
      </p>
      <p class="soft">
        <Time language={language} at={entry.at} />
      </p>
      <p class="soft whole">
        {entry.actor === null ? "" : `${words.by} ${entry.actor} `}
        {entry.target === null || entry.target === entry.actor ? "" : `${words.on} ${entry.target} `}
        {place === "" ? "" : `(${place})`}
      </p>
    </li>
  );
}
