import { beforeEach, describe, expect, it } from "vitest";
import { registerProtected } from "../../two-factor.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

const leave = (token: string, json: object = { password: ADA.password }) =>
  world.ask("/v1/auth/me", { method: "DELETE", token, json });

/** Everything stored, as one text. */
async function stored(): Promise<string> {
  const { DB } = world.bindings;
  const tables = await DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all();
  const rows = await Promise.all(tables.results.map(({ name }) => DB.prepare(`SELECT * FROM "${name}"`).all()));
  return JSON.stringify(rows.map(({ results }) => results));
}

describe("deleting an account", () => {
  it("ends what was open and frees the address", async () => {
    await register(world);
    const token = await logIn(world);
    const { json: made } = await world.ask("/v1/auth/api-keys", { token, json: { name: "CI", expires_in_days: 1 } });
    expect((await leave(token)).json).toEqual({ success: true, message: "Account deleted" });
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(401);
    expect((await world.ask("/v1/auth/verify", { headers: { "X-API-Key": made.key } })).status).toBe(401);
    const { email, password } = ADA;
    expect((await world.ask("/v1/auth/login", { json: { email, password } })).status).toBe(401);
    expect((await register(world)).status).toBe(201);
  });

  it("leaves nothing of the person in storage but one farewell, and the log tells that it happened", async () => {
    await register(world);
    const { token: mine } = await registerProtected(world, {
      email: "grace@example.com",
      full_name: "Grace Hopper",
      organization_name: "Flow-Matic",
    });
    await world.bindings.DB.prepare(
      `INSERT INTO invitations (public_id, organization_id, inviter_id, email, role, token_hash, created_at, expires_at, accepted_at)
       VALUES ('inv_1', 1, 1, 'grace@example.com', 'member', 'a', 1, 2, 1), ('inv_2', 2, 2, 'friend@grace.example', 'member', 'b', 1, 2, NULL)`,
    ).run();
    await world.ask("/v1/auth/me", { method: "PATCH", token: mine, json: { phone: "+447700900123" } });
    await world.bindings.DB.prepare("UPDATE users SET email_verified_at = 1").run();
    expect((await leave(mine)).status).toBe(200);
    await world.bindings.DB.prepare("DELETE FROM outbox WHERE subject = 'Your account was deleted'").run();
    const left = await stored();
    for (const word of ["grace@", "friend@", "Grace", "Flow-Matic", "447700900123"]) expect(left).not.toContain(word);
    const entry = await world.bindings.DB.prepare("SELECT * FROM audit_log WHERE action = 'user.deleted'").first();
    expect(entry).toMatchObject({ result: "success", address: null, country: null, user_agent: null });
  });

  it("takes a team that nobody is left in along, its company credentials too; others keep all", async () => {
    await register(world);
    await register(world, { email: "grace@example.com", organization_name: "Flow-Matic" });
    const [token, hers] = [await logIn(world), await logIn(world, { email: "grace@example.com" })];
    const credential = { method: "POST", json: { name: "Payroll" } };
    const { json: mine } = await world.ask("/v1/auth/company-credentials", { ...credential, token });
    const { json: other } = await world.ask("/v1/auth/company-credentials", { ...credential, token: hers });
    const { DB } = world.bindings;
    const join = "INSERT INTO members (organization_id, user_id, role, created_at) VALUES (2, 1, 'member', 1)";
    await DB.prepare(join).run();
    expect((await leave(token)).status).toBe(200);
    const { results } = await DB.prepare("SELECT id, name, public_id FROM organizations ORDER BY id").all();
    expect(results.map(({ name }) => name)).toEqual([results[0]?.public_id, "Flow-Matic"]);
    const signIn = ({ company_id: companyId }: { company_id: string }) =>
      world.ask("/auth/login/", { json: { companyId } });
    expect([(await signIn(mine)).status, (await signIn(other)).status]).toEqual([401, 200]);
  });

  it("leaves the invitation of an address that they had merely claimed", async () => {
    await register(world);
    await register(world, { email: "grace@example.com", organization_name: "Flow-Matic" });
    const [token, hers] = [await logIn(world), await logIn(world, { email: "grace@example.com" })];
    await world.bindings.DB.prepare("UPDATE users SET email_verified_at = 1 WHERE id = 2").run();
    const invited = { email: "bob@example.com", role: "member" };
    expect((await world.ask("/v1/auth/invitations", { token: hers, json: invited })).status).toBe(201);
    await world.ask("/v1/auth/me", { method: "PATCH", token, json: { email: invited.email } });
    expect((await leave(token)).status).toBe(200);
    const { json } = await world.ask("/v1/auth/invitations", { token: hers });
    expect(json.invitations).toMatchObject([invited]);
  });

  it("ends the company tokens of a team that nobody is left in", async () => {
    await register(world);
    const token = await logIn(world);
    const { json: made } = await world.ask("/v1/auth/company-credentials", { token, json: { name: "Payroll" } });
    const { json: company } = await world.ask("/auth/login/", { json: { companyId: made.company_id } });
    const verified = async () => (await world.ask("/v1/auth/verify", { token: company.accessToken })).status;
    expect(await verified()).toBe(200);
    expect((await leave(token)).status).toBe(200);
    world.clock.advance(65);
    expect(await verified()).toBe(401);
  });

  it("takes the password, under the limits of a login", async () => {
    await register(world);
    const token = await logIn(world);
    for (const json of [{}, { password: "wrong" }]) expect((await leave(token, json)).status).toBe(401);
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(200);
  });

  it("takes a fresh login where there is no password", async () => {
    await register(world);
    const token = await logIn(world);
    await world.bindings.DB.prepare("UPDATE users SET password_hash = NULL").run();
    world.clock.advance(601);
    expect((await leave(token, {})).status).toBe(401);
    world.clock.advance(-601);
    expect((await leave(token, {})).status).toBe(200);
  });

  it("is refused to the last admin of a team with other members, until there is another", async () => {
    await register(world);
    await register(world, { email: "grace@example.com" });
    const token = await logIn(world);
    const { DB } = world.bindings;
    await DB.prepare(
      "INSERT INTO members (organization_id, user_id, role, created_at) VALUES (1, 2, 'member', 1)",
    ).run();
    const refused = await leave(token);
    expect(refused.status).toBe(409);
    expect(refused.json.code).toBe("last_admin");
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(200);
    await DB.prepare("UPDATE members SET role = 'admin' WHERE user_id = 2").run();
    expect((await leave(token)).status).toBe(200);
    // the team has somebody else, and keeps its name
    expect(await DB.prepare("SELECT name FROM organizations WHERE id = 1").first("name")).toBe(ADA.organization_name);
  });
});
