import { beforeEach, describe, expect, it } from "vitest";
import { DIALECTS } from "../../src/http/app.ts";
import type { Row } from "../../src/wire/dialect.ts";
import { founder, type Person } from "../organization.ts";
import { emptyStorage, startWorld, type World } from "../world.ts";
import { fieldsOf, sampleOf, takesBody } from "./samples.ts";
import { furnish, idsInStorage, storageOf } from "./things.ts";

let world: World;
let ada: Person;
let hers: readonly string[];
let theirs: readonly string[];

// Two organizations with one of everything each. What can't tell them apart, such as the number of the first row of two
// tables, belongs to neither list.
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  const eve = await founder(world, "eve");
  await furnish(world, eve);
  const before = await idsInStorage();
  ada = await founder(world, "ada");
  await furnish(world, ada);
  const after = await idsInStorage();
  hers = [...after].filter((id) => !before.has(id));
  theirs = [...before].filter((id) => !hers.includes(id));
});

const PARAMETER = /:(\w+)(\{[^}]*\})?/g;
const parametersOf = ({ path }: Row) => [...path.matchAll(PARAMETER)].flatMap(([, name]) => name ?? []);
/** Fields of a body that name a thing: `key_id`. */
const idsIn = (row: Row) => fieldsOf(row).filter(({ name }) => /(^|_)id$|Id$/.test(name));

/** The path with its parameters filled by one id, the body with its own. */
function ask(row: Row, { path, body }: { path: string; body: string }) {
  const filled = row.path.replaceAll(PARAMETER, path);
  const named = idsIn(row).map(({ name }) => [name, /^\d+$/.test(body) ? Number(body) : body]);
  const json = { ...sampleOf(row), ...Object.fromEntries(named) };
  return world.ask(filled, { method: row.method, token: ada.token, ...(takesBody(row) ? { json } : {}) });
}

const rows = DIALECTS.flatMap(({ rows }) => rows)
  .filter(({ access }) => access !== "public")
  .map((row) => [`${row.method} ${row.path}`, row] as const);
const naming = rows.filter(([, row]) => parametersOf(row).length > 0);
const namingInBody = rows.filter(([, row]) => idsIn(row).length > 0);
const listing = rows.filter(([, row]) => row.method === "GET" && parametersOf(row).length === 0);

describe.each(naming)("%s", (_, row) => {
  it("what another organization has is 404, and stays as it is", async () => {
    const before = await storageOf();
    const statuses = new Set<number>();
    for (const id of theirs) statuses.add((await ask(row, { path: id, body: id })).status);
    // An id that isn't even written like one of these is 400.
    expect([...statuses].filter((status) => status !== 400)).toEqual([404]);
    expect(await storageOf()).toEqual(before);
  });

  it("and what is one's own is found", async () => {
    const bodies = idsIn(row).length === 0 ? [""] : hers;
    const statuses: number[] = [];
    for (const path of hers) for (const body of bodies) statuses.push((await ask(row, { path, body })).status);
    expect(statuses.some((status) => status < 300 || status === 409)).toBe(true);
  });
});

describe.each(namingInBody)("%s", (_, row) => {
  it("one's own path opens nothing of another's in the body", async () => {
    const before = await storageOf();
    for (const path of hers) {
      for (const body of theirs) expect([404, 400]).toContain((await ask(row, { path, body })).status);
    }
    expect(await storageOf()).toEqual(before);
  });
});

describe.each(listing)("%s", (_, row) => {
  it("tells nothing of another organization", async () => {
    const { status, text } = await world.ask(row.path, { token: ada.token });
    expect(status).toBe(200);
    // Numbers may be anybody's: only what is one of a kind shows where it is from.
    for (const id of theirs.filter((id) => id.length > 9)) expect(text).not.toContain(id);
  });
});

describe("the ids that are asked for", () => {
  it("are of everything that an organization has", () => {
    for (const ids of [hers, theirs]) {
      for (const prefix of ["user_", "org_", "prj_", "cred_", "key_", "ses_", "inv_"]) {
        expect(ids.some((id) => id.startsWith(prefix))).toBe(true);
      }
    }
    expect(hers.filter((id) => theirs.includes(id))).toEqual([]);
  });
});
