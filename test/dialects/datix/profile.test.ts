import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";
import { expectProblem, NO_TOKEN, WRONG_CREDENTIALS } from "./problem.ts";

let world: World;
let ada: { id: string; organization_id: string };
let token: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = (await register(world)).json;
  token = await logIn(world);
});

const me = (of = token) => world.ask("/v1/auth/me", { token: of });
const patch = (json: unknown) => world.ask("/v1/auth/me", { method: "PATCH", token, json });
const audited = async (action: string) =>
  (await env.DB.prepare("SELECT * FROM audit_log WHERE action = ?").bind(action).all()).results;

describe("GET /me", () => {
  it("answers with the documented profile", async () => {
    world.clock.advance(60);
    const answer = await me();
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      id: ada.id,
      email: "ada@example.com",
      full_name: "Ada Lovelace",
      role: "admin",
      organization_id: ada.organization_id,
      two_factor_enabled: false,
      assigned_agents: [],
      created_at: "2026-01-01T00:00:00Z",
      email_verified: false,
      pending_email: null,
      phone: null,
      pending_phone: null,
    });
  });
});

describe("PATCH /me", () => {
  it("changes the name and answers as GET /me does", async () => {
    const answer = await patch({ full_name: "Ada King" });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id: ada.id, full_name: "Ada King" });
    expect((await me()).json).toEqual(answer.json);
    expect(await audited("user.renamed")).toMatchObject([{ actor: ada.id, organization: ada.organization_id }]);
  });

  it("without a change answers the profile as it is, and writes nothing", async () => {
    for (const json of [{}, { full_name: ADA.full_name }, { full_name: ` ${ADA.full_name} ` }, { id: "user_x" }]) {
      expect((await patch(json)).json).toEqual((await me()).json);
    }
    expect(await audited("user.renamed")).toEqual([]);
  });

  it.each([
    ["null", null, "must be a string"],
    ["a number", 7, "must be a string"],
    ["empty", "", "must not be empty"],
    ["too long", "x".repeat(201), "must be at most 200 characters"],
    ["of two lines", "Ada\r\nBcc: x", "must not contain control characters or half characters"],
  ])("a name that is %s is 400", async (_, full_name, words) => {
    const detail = `full_name ${words}`;
    expectProblem(await patch({ full_name }), { status: 400, code: "invalid_input", detail, field: "full_name" });
  });
});

describe("POST /change-password", () => {
  const NEW = "a new and longer password";
  const change = (json: unknown, of = token) => world.ask("/v1/auth/change-password", { token: of, json });
  const changed = (current_password: string, new_password: string, of = token) =>
    change({ current_password, new_password }, of);

  it("answers as decided, and from then on the new password alone logs in", async () => {
    const answer = await changed(ADA.password, NEW);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ success: true, message: "Password changed" });
    expect(await logIn(world)).toBeUndefined();
    expect(await logIn(world, { password: NEW })).toMatch(/^ey/);
    expect(await audited("user.password_changed")).toMatchObject([{ actor: ada.id, target: ada.id }]);
  });

  it("ends the other sessions at once and keeps this one", async () => {
    const others = [await logIn(world), await logIn(world)];
    for (const other of others) await world.ask("/v1/auth/verify", { token: other });
    await changed(ADA.password, NEW);
    for (const other of others) {
      expectProblem(await me(other), NO_TOKEN);
      expectProblem(await world.ask("/v1/auth/verify", { token: other }), NO_TOKEN);
    }
    expect((await me()).status).toBe(200);
    expect((await world.ask("/v1/auth/verify", { token })).status).toBe(200);
  });

  it("leaves the sessions of other users alone", async () => {
    await register(world, { email: "bob@example.com" });
    const bobs = await logIn(world, { email: "bob@example.com" });
    await changed(ADA.password, NEW);
    expect((await me(bobs)).status).toBe(200);
  });

  it("a wrong current password is 401 and changes nothing", async () => {
    const other = await logIn(world);
    const wrong = { status: 401, code: "wrong_password", detail: "The current password is wrong" };
    expectProblem(await changed("a wrong password", NEW), wrong);
    expect((await me(other)).status).toBe(200);
    expect(await logIn(world)).toMatch(/^ey/);
    expectProblem(await world.ask("/v1/auth/login", { json: { email: ADA.email, password: NEW } }), WRONG_CREDENTIALS);
  });

  it.each([
    ["short", "7 chars", "Please choose a password of at least 8 characters."],
    ["common", "iloveyou", /most common/],
    ["their email", ADA.email, /email address/],
    ["their name", "ADA LOVELACE", /own name/],
    ["too long", "x".repeat(1_025), "The password is too long: at most 1,024 bytes are allowed."],
  ])("a new password that is %s is 400 and costs no guess", async (_, password, words) => {
    const detail = typeof words === "string" ? words : expect.stringMatching(words);
    const answer = await changed(ADA.password, password);
    expectProblem(answer, { status: 400, code: "weak_password", detail, field: "new_password" });
    expect(answer.headers.get("RateLimit")).toBeNull();
  });

  it.each(["current_password", "new_password"])("without %s it is 400", async (field) => {
    const answer = await change({ current_password: ADA.password, new_password: NEW, [field]: undefined });
    expectProblem(answer, { status: 400, code: "invalid_input", detail: `${field} is required`, field });
  });

  it("of two parallel changes exactly one wins, and its password is the account's", async () => {
    const wanted = ["first new password", "second new password"];
    const answers = await Promise.all(wanted.map((password) => changed(ADA.password, password)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const won = answers.findIndex(({ status }) => status === 200);
    expect(await logIn(world, { password: wanted[won] ?? "" })).toMatch(/^ey/);
    expect(await logIn(world, { password: wanted[1 - won] ?? "" })).toBeUndefined();
    expect(await audited("user.password_changed")).toHaveLength(1);
  });
});
