import { beforeEach, describe, expect, it } from "vitest";
import { audited, colleague, enrol, founder, type Person, switchTo } from "../../organization.ts";
import { emptyStorage, startWorld, type World } from "../../world.ts";

let world: World;
let ada: Person;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await founder(world, "ada");
});

const get = (path: string, token: string) => world.ask(`/v1/auth/${path}`, { token });
const post = (path: string, token: string, json?: unknown) =>
  world.ask(`/v1/auth/${path}`, { method: "POST", token, ...(json === undefined ? {} : { json }) });
const patch = (path: string, token: string, json: unknown) =>
  world.ask(`/v1/auth/${path}`, { method: "PATCH", token, json });

describe("a user's organizations", () => {
  it("are listed with the role in each, and which one the session acts in", async () => {
    const bob = await colleague(world, { organization: ada.organization, name: "bob", role: "viewer" });
    const { json } = await get("organizations", bob.token);
    expect(json).toEqual({
      organizations: [
        { id: ada.organization, name: "ada's", role: "viewer", current: true },
        { id: expect.stringMatching(/^org_/), name: "bob's", role: "admin", current: false },
      ],
      next_cursor: null,
    });
    const first = await get("organizations?limit=1", bob.token);
    const second = await get(`organizations?limit=1&cursor=${first.json.next_cursor}`, bob.token);
    expect([...first.json.organizations, ...second.json.organizations]).toEqual(json.organizations);
  });

  it("don't list one in which they were deactivated", async () => {
    const bob = await colleague(world, { organization: ada.organization, name: "bob", role: "viewer" });
    const home = (await get("organizations", bob.token)).json.organizations[1].id;
    const token = await switchTo(world, bob.token, home);
    await patch(`members/${bob.id}`, ada.token, { is_active: false });
    expect((await get("organizations", token)).json.organizations).toHaveLength(1);
  });
});

describe("switch", () => {
  it("gives a token of the same session for the other organization", async () => {
    const eve = await founder(world, "eve");
    await enrol(world, { organization: ada.organization, id: eve.id, role: "member" });
    const answer = await post(`organizations/${ada.organization}/switch`, eve.token);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ access_token: expect.any(String), token_type: "bearer", expires_in: 3600 });
    const token = answer.json.access_token;
    expect((await get("me", token)).json).toMatchObject({ organization_id: ada.organization, role: "member" });
    expect((await get("verify", token)).json).toMatchObject({ organization_id: ada.organization, role: "member" });
    expect((await get("sessions", token)).json.sessions).toHaveLength(1);
    expect(await audited(world, "organization.")).toEqual(["organization.switched"]);
  });

  it("leaves tokens that name the former organization without effect, in every isolate", async () => {
    const eve = await founder(world, "eve");
    const elsewhere = startWorld();
    await elsewhere.ask("/v1/auth/verify", { token: eve.token });
    await enrol(world, { organization: ada.organization, id: eve.id, role: "member" });
    await switchTo(world, eve.token, ada.organization);
    expect((await get("me", eve.token)).status).toBe(401);
    expect((await get("verify", eve.token)).status).toBe(401);
    elsewhere.clock.advance(65);
    expect((await elsewhere.ask("/v1/auth/verify", { token: eve.token })).status).toBe(401);
  });

  it("and back is as good as before", async () => {
    const eve = await founder(world, "eve");
    await enrol(world, { organization: ada.organization, id: eve.id, role: "member" });
    const there = await switchTo(world, eve.token, ada.organization);
    const back = await switchTo(world, there, eve.organization);
    expect((await get("me", back)).json.organization_id).toBe(eve.organization);
  });

  it("to where the session already acts changes nothing", async () => {
    const token = await switchTo(world, ada.token, ada.organization);
    expect((await get("me", token)).status).toBe(200);
    expect(await audited(world, "organization.")).toEqual([]);
  });

  it("to an organization that isn't the user's is 404", async () => {
    const eve = await founder(world, "eve");
    for (const id of [ada.organization, "org_0"]) {
      expect((await post(`organizations/${id}/switch`, eve.token)).status).toBe(404);
    }
    expect((await get("me", eve.token)).json.organization_id).toBe(eve.organization);
  });
});

describe("projects", () => {
  it("are made, renamed, archived, restored and listed", async () => {
    const made = await post("projects", ada.token, { name: "  Analytical Engine " });
    expect(made.status).toBe(201);
    const id = made.json.id;
    const project = { id, name: "Analytical Engine", archived_at: null, created_at: "2026-01-01T00:00:00Z" };
    expect(made.json).toEqual({ ...project, id: expect.stringMatching(/^prj_[0-9A-Za-z]{22}$/) });
    world.clock.advance(60);
    const archived = { ...project, name: "Engine", archived_at: "2026-01-01T00:01:00Z" };
    expect((await patch(`projects/${id}`, ada.token, { name: "Engine", archived: true })).json).toEqual(archived);
    world.clock.advance(60);
    expect((await patch(`projects/${id}`, ada.token, { name: "Engine", archived: true })).json).toEqual(archived);
    expect((await get("projects", ada.token)).json).toEqual({ projects: [archived], next_cursor: null });
    expect((await patch(`projects/${id}`, ada.token, { archived: false })).json.archived_at).toBeNull();
    expect(await audited(world, "project.")).toEqual([
      "project.created",
      "project.renamed",
      "project.archived",
      "project.restored",
    ]);
  });

  it("come in pages", async () => {
    const names = ["one", "two", "three"];
    for (const name of names) await post("projects", ada.token, { name });
    const first = (await get("projects?limit=2", ada.token)).json;
    const second = (await get(`projects?limit=2&cursor=${first.next_cursor}`, ada.token)).json;
    expect([...first.projects, ...second.projects].map(({ name }) => name)).toEqual(names);
    expect(second.next_cursor).toBeNull();
  });

  it.each([{}, { name: "" }, { name: "x".repeat(201) }, { name: 1 }])("refuse %j", async (json) => {
    const answer = await post("projects", ada.token, json);
    expect([answer.status, answer.json.errors[0].field]).toEqual([400, "name"]);
  });

  it("of another organization are 404, and stay as they are", async () => {
    const eve = await founder(world, "eve");
    const { id } = (await post("projects", eve.token, { name: "Hers" })).json;
    expect((await patch(`projects/${id}`, ada.token, { name: "Mine" })).status).toBe(404);
    expect((await get("projects", eve.token)).json.projects[0].name).toBe("Hers");
  });

  it("may be read by a viewer, and changed by none", async () => {
    const bob = await colleague(world, { organization: ada.organization, name: "bob", role: "viewer" });
    expect((await get("projects", bob.token)).status).toBe(200);
    const refused = await post("projects", bob.token, { name: "x" });
    expect([refused.status, refused.json.code]).toEqual([403, "forbidden"]);
  });
});
