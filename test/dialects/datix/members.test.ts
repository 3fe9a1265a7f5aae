import { beforeEach, describe, expect, it } from "vitest";
import { audited, colleague, enrol, founder, type Person, switchTo } from "../../organization.ts";
import { registerProtected } from "../../two-factor.ts";
import { ADA, emptyStorage, logIn, startWorld, type World } from "../../world.ts";

let world: World;
let ada: Person;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await founder(world, "ada");
});

const change = (who: Person, id: string, json: unknown) =>
  world.ask(`/v1/auth/members/${id}`, { method: "PATCH", token: who.token, json });
const remove = (who: Person, id: string) => world.ask(`/v1/auth/members/${id}`, { method: "DELETE", token: who.token });
const list = (who: Person, query = "") => world.ask(`/v1/auth/members${query}`, { token: who.token });
const me = (who: Person) => world.ask("/v1/auth/me", { token: who.token });
const verify = (on: World, who: Person) => on.ask("/v1/auth/verify", { token: who.token });
const join = (name: string, role: "admin" | "member" | "viewer") =>
  colleague(world, { organization: ada.organization, name, role });

describe("the list", () => {
  it("shows who is in the organization, and nobody else", async () => {
    const bob = await join("bob", "viewer");
    await founder(world, "eve");
    const answer = await list(bob);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      members: [
        expect.objectContaining({ id: ada.id, role: "admin" }),
        {
          id: bob.id,
          email: "bob@example.com",
          full_name: "bob",
          role: "viewer",
          designation: "",
          is_active: true,
          assigned_agents: [],
          created_at: "2026-01-01T00:00:01Z",
        },
      ],
      next_cursor: null,
    });
  });

  it("comes in pages that miss nobody and repeat nobody", async () => {
    const names = ["bob", "cyd", "dan", "eve"];
    for (const name of names) await join(name, "member");
    const seen: string[] = [];
    let query = "?limit=2";
    for (let pages = 0; query !== "" && pages < 10; pages++) {
      const { json } = await list(ada, query);
      seen.push(...json.members.map(({ full_name }: { full_name: string }) => full_name));
      query = json.next_cursor === null ? "" : `?limit=2&cursor=${json.next_cursor}`;
    }
    expect(seen).toEqual(["ada", ...names]);
  });

  it.each(["?limit=0", "?limit=201", "?limit=1e2", "?limit=", "?cursor=x", "?cursor=MS4y", "?cursor="])(
    "refuses %s as a page",
    async (query) => {
      const answer = await list(ada, query);
      expect([answer.status, answer.json.errors[0].field]).toEqual([400, /^\?(\w+)/.exec(query)?.[1]]);
    },
  );
});

describe("a change", () => {
  it("sets role, designation and agents, and answers the member", async () => {
    const bob = await join("bob", "member");
    const wanted = { role: "viewer", designation: "Engineer", assigned_agents: ["agent_abc", "agent_def"] };
    const answer = await change(ada, bob.id, wanted);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id: bob.id, is_active: true, ...wanted });
    expect((await list(ada)).json.members[1]).toEqual(answer.json);
    expect((await me(bob)).json.assigned_agents).toEqual(["agent_abc", "agent_def"]);
    expect(await audited(world, "member.")).toEqual(["member.made_viewer", "member.updated"]);
  });

  it("that changes nothing writes nothing", async () => {
    const bob = await join("bob", "member");
    const answer = await change(ada, bob.id, { role: "member", is_active: true, designation: "", assigned_agents: [] });
    expect(answer.status).toBe(200);
    expect(await audited(world, "member.")).toEqual([]);
  });

  it.each([
    [{ role: "owner" }, "role"],
    [{ role: null }, "role"],
    [{ is_active: "no" }, "is_active"],
    [{ designation: "a\r\nb" }, "designation"],
    [{ designation: "x".repeat(101) }, "designation"],
    [{ assigned_agents: "agent" }, "assigned_agents"],
    [{ assigned_agents: ["a", 1] }, "assigned_agents.1"],
    [{ assigned_agents: ["x".repeat(101)] }, "assigned_agents.0"],
    [{ assigned_agents: Array(101).fill("a") }, "assigned_agents"],
  ])("refuses %j", async (json, field) => {
    const answer = await change(ada, ada.id, json);
    expect([answer.status, answer.json.errors[0].field]).toEqual([400, field]);
  });

  it("of somebody who isn't a member is 404, also of a member elsewhere", async () => {
    const eve = await founder(world, "eve");
    for (const id of [eve.id, "user_0", "1", "%00"])
      expect((await change(ada, id, { role: "viewer" })).status).toBe(404);
    expect((await me(eve)).json.role).toBe("admin");
  });
});

describe("another role", () => {
  it("holds at once for the sessions that go on", async () => {
    const bob = await join("bob", "member");
    expect((await change(bob, ada.id, { designation: "x" })).status).toBe(403);
    await change(ada, bob.id, { role: "admin" });
    expect((await me(bob)).json.role).toBe("admin");
    expect((await change(bob, ada.id, { designation: "x" })).status).toBe(200);
    await change(ada, bob.id, { role: "viewer" });
    expect((await change(bob, ada.id, { designation: "y" })).status).toBe(403);
  });

  it("is what verify says at once here, and within 65 s in another isolate", async () => {
    const bob = await join("bob", "admin");
    const elsewhere = startWorld();
    expect((await verify(elsewhere, bob)).json.role).toBe("admin");
    await change(ada, bob.id, { role: "viewer" });
    expect((await verify(world, bob)).json.role).toBe("viewer");
    elsewhere.clock.advance(65);
    const answer = await verify(elsewhere, bob);
    expect([answer.json.role, answer.headers.get("X-Auth-Role")]).toEqual(["viewer", "viewer"]);
  });

  it("is what verify says while KV is down", async () => {
    const bob = await join("bob", "admin");
    const down = startWorld({
      KV: { get: () => Promise.reject(new Error("down")), put: () => Promise.reject(new Error("down")) },
    });
    await change(ada, bob.id, { role: "viewer" });
    expect((await verify(down, bob)).json.role).toBe("viewer");
    expect((await verify(down, bob)).json.role).toBe("viewer");
  });
});

describe("a deactivation", () => {
  it("ends the member's sessions in this organization at once, and those alone", async () => {
    const bob = await join("bob", "member");
    const athome = { ...bob, token: await logIn(world, { email: bob.email }) };
    const elsewhere = startWorld();
    expect((await change(ada, bob.id, { is_active: false })).json.is_active).toBe(false);
    expect((await me(bob)).status).toBe(401);
    expect((await verify(world, bob)).status).toBe(401);
    elsewhere.clock.advance(65);
    expect((await verify(elsewhere, bob)).status).toBe(401);
    expect((await me(athome)).status).toBe(200);
    expect(await audited(world, "member.")).toEqual(["member.deactivated"]);
  });

  it("ends the keys that act there, at once where it was made and within 10 s elsewhere, and keeps the others", async () => {
    const bob = await join("bob", "member");
    const home = { ...bob, token: await logIn(world, { email: bob.email }) };
    const keyOf = async ({ token }: Person) =>
      (await world.ask("/v1/auth/api-keys", { token, json: { name: "CI", expires_in_days: 1 } })).json.key;
    const [here, there] = [await keyOf(bob), await keyOf(home)];
    const verifyKey = async (on: World, key: string) =>
      (await on.ask("/v1/auth/verify", { headers: { "X-API-Key": key } })).status;
    const elsewhere = startWorld();
    expect([await verifyKey(world, here), await verifyKey(elsewhere, here)]).toEqual([200, 200]);
    await change(ada, bob.id, { is_active: false });
    elsewhere.clock.advance(10);
    expect([await verifyKey(world, here), await verifyKey(elsewhere, here)]).toEqual([401, 401]);
    expect(await verifyKey(world, there)).toBe(200);
    await change(ada, bob.id, { is_active: true });
    expect(await verifyKey(world, here)).toBe(401);
  });

  it("ends a login that waits for its second factor", async () => {
    const { app, token } = await registerProtected(world, { email: "bob@example.com" });
    const { id, organization_id: organization } = (await world.ask("/v1/auth/me", { token })).json;
    await enrol(world, { organization, id: ada.id, role: "admin" });
    const boss = { ...ada, token: await switchTo(world, ada.token, organization) };
    const waiting = await world.ask("/v1/auth/login", { json: { email: "bob@example.com", password: ADA.password } });
    await change(boss, id, { is_active: false });
    const json = { temp_token: waiting.json.temp_token, code: app.code() };
    const answer = await world.ask("/v1/auth/verify-2fa", { json });
    expect([answer.status, answer.json.code]).toEqual([401, "wrong_temp_token"]);
  });

  it("leaves nobody a way back in but an admin's word", async () => {
    const bob = await join("bob", "member");
    const home = await logIn(world, { email: bob.email });
    await change(ada, bob.id, { is_active: false });
    expect(
      (await world.ask(`/v1/auth/organizations/${ada.organization}/switch`, { method: "POST", token: home })).status,
    ).toBe(404);
    await change(ada, bob.id, { is_active: true });
    expect((await me(bob)).status).toBe(401);
    expect(await switchTo(world, home, ada.organization)).toBeTypeOf("string");
  });

  it("of a user's every membership closes every login", async () => {
    const bob = await founder(world, "bob");
    await enrol(world, { organization: bob.organization, id: ada.id, role: "admin" });
    const boss = { ...ada, token: await switchTo(world, ada.token, bob.organization) };
    await change(boss, bob.id, { is_active: false });
    const login = await world.ask("/v1/auth/login", { json: { email: bob.email, password: ADA.password } });
    expect([login.status, login.json.code]).toEqual([401, "wrong_credentials"]);
    const { results } = await world.bindings.DB.prepare(
      "SELECT 1 FROM sessions JOIN users ON users.id = user_id WHERE users.public_id = ? AND revoked_at IS NULL",
    )
      .bind(bob.id)
      .all();
    expect(results).toEqual([]);
  });
});

describe("a removal", () => {
  it("ends the sessions and forgets the member", async () => {
    const bob = await join("bob", "admin");
    expect((await remove(ada, bob.id)).json).toEqual({ success: true, message: "Member removed" });
    expect((await me(bob)).status).toBe(401);
    expect((await list(ada)).json.members).toHaveLength(1);
    expect((await remove(ada, bob.id)).status).toBe(404);
    expect(await audited(world, "member.")).toEqual(["member.removed"]);
  });

  it("by the member's own will is told as such", async () => {
    const bob = await join("bob", "viewer");
    const left = await world.ask(`/v1/auth/organizations/${ada.organization}/leave`, {
      method: "POST",
      token: bob.token,
    });
    expect(left.json).toEqual({ success: true, message: "You have left the organization" });
    expect((await me(bob)).status).toBe(401);
    expect(await audited(world, "member.")).toEqual(["member.left"]);
  });
});

describe("the last active admin", () => {
  it.each([
    ["be demoted", (who: Person) => change(who, who.id, { role: "member" })],
    ["be deactivated", (who: Person) => change(who, who.id, { is_active: false, designation: "x" })],
    ["be removed", (who: Person) => remove(who, who.id)],
    [
      "leave",
      (who: Person) =>
        world.ask(`/v1/auth/organizations/${who.organization}/leave`, { method: "POST", token: who.token }),
    ],
  ])("can't %s", async (_what, act) => {
    const bob = await join("bob", "admin");
    await change(ada, bob.id, { is_active: false });
    const before = (await list(ada)).json;
    const answer = await act(ada);
    expect([answer.status, answer.json.code]).toEqual([409, "last_admin"]);
    expect((await list(ada)).json).toEqual(before);
    expect(await audited(world, "member.")).toEqual(["member.deactivated"]);
  });

  it("can go once there is another one", async () => {
    await join("bob", "admin");
    expect((await change(ada, ada.id, { role: "viewer" })).json.role).toBe("viewer");
  });

  it("remains, when two demote, deactivate or remove each other at the same time", async () => {
    const acts = [
      (who: Person, whom: Person) => change(who, whom.id, { role: "viewer" }),
      (who: Person, whom: Person) => change(who, whom.id, { is_active: false }),
      (who: Person, whom: Person) => remove(who, whom.id),
    ];
    for (const [at, act] of acts.entries()) {
      const one = await founder(world, `one${at}`);
      const two = await colleague(world, { organization: one.organization, name: `two${at}`, role: "admin" });
      const answers = await Promise.all([act(one, two), act(two, one)]);
      expect(answers.map(({ status }) => status).sort()[0]).toBe(200);
      const { results } = await world.bindings.DB.prepare(
        `SELECT 1 FROM members JOIN organizations o ON o.id = organization_id
         WHERE o.public_id = ? AND role = 'admin' AND is_active = 1`,
      )
        .bind(one.organization)
        .all();
      expect(results).toHaveLength(1);
    }
  });
});
