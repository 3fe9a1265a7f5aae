import { beforeEach, describe, expect, it } from "vitest";
import { decodeClaims } from "../../claims.ts";
import { founder, type Person } from "../../organization.ts";
import { type Answered, emptyStorage, startWorld, type World } from "../../world.ts";

let world: World;
let ada: Person;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await founder(world, "ada");
});

const made = async (name: string, by: Person = ada): Promise<string> =>
  (await world.ask("/v1/auth/projects", { token: by.token, json: { name } })).json.id;
const refresh = (query = ""): Promise<Answered> => world.ask(`/api/refresh${query}`, { token: ada.token });
const projectOf = ({ json }: Answered) => decodeClaims(json.vaultToken).project;

describe("the vaultToken", () => {
  it("is for the oldest project, or for the one that refresh names", async () => {
    const [first, second] = [await made("First"), await made("Second")];
    expect(projectOf(await refresh())).toBe(first);
    expect(projectOf(await refresh(`?project=${second}`))).toBe(second);
  });

  it("is for no project of another team, archived, or unknown: 404", async () => {
    const theirs = await made("Theirs", await founder(world, "eve"));
    const archived = await made("Archived");
    const json = { archived: true };
    await world.ask(`/v1/auth/projects/${archived}`, { method: "PATCH", token: ada.token, json });
    for (const id of [theirs, archived, "prj_unknown"]) expect((await refresh(`?project=${id}`)).status).toBe(404);
  });
});
