import { beforeEach, describe, expect, it } from "vitest";
import { linkToken, messagesTo, resetToken, verificationToken } from "../../mail.ts";
import { post } from "../../pages.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const NEW = "ada@lovelace.example";
const WEEK = 7 * 24 * 3_600;

let world: World;
let token: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  await world.ask(`/api/verify-email/${await verificationToken(world, ADA.email)}`);
  token = await logIn(world);
});

function change(json: object, as = token): Promise<Answered> {
  return world.ask("/v1/auth/me", { method: "PATCH", token: as, json });
}

const confirmToken = (to = NEW) => linkToken(world, { to, path: "/confirm-email-change" });
const undoToken = (to = ADA.email) => linkToken(world, { to, path: "/undo-email-change" });
const confirm = async () => post(world, "/pages/confirm-email-change", { token: await confirmToken() });
const me = async (as = token) => world.ask("/v1/auth/me", { token: as });

describe("PATCH /me with another email", () => {
  it("shows it as pending and keeps the old one, which logs in until the link is used", async () => {
    const { status, json } = await change({ email: "Ada@Lovelace.example" });
    expect(status).toBe(200);
    expect(json).toEqual((await me()).json);
    expect(json).toMatchObject({ email: ADA.email, pending_email: NEW, email_verified: true });
    expect(await logIn(world)).toBeTypeOf("string");
    expect(await logIn(world, { email: NEW })).toBeUndefined();
  });

  it("becomes the account's by the link; the other sessions end, the one that asked stays", async () => {
    const other = await logIn(world);
    await change({ email: NEW });
    expect((await confirm()).status).toBe(200);
    expect((await me()).json).toMatchObject({ email: NEW, pending_email: null, email_verified: true });
    expect((await me(other)).status).toBe(401);
    expect(await logIn(world)).toBeUndefined();
    expect(await logIn(world, { email: NEW })).toBeTypeOf("string");
    expect((await confirm()).status).toBe(404);
  });

  it("is 409 where another account has it: when asked for, and when confirmed", async () => {
    await register(world, { email: "bob@example.com" });
    const taken = await change({ email: "bob@example.com" });
    expect([taken.status, taken.json.code]).toEqual([409, "email_taken"]);
    expect(await messagesTo(world, "bob@example.com")).toHaveLength(1);
    await change({ email: NEW });
    await register(world, { email: NEW });
    expect((await confirm()).status).toBe(409);
    expect((await me()).json.email).toBe(ADA.email);
  });

  it("lets one of two accounts that ask for one address have it", async () => {
    await register(world, { email: "bob@example.com" });
    const bob = await logIn(world, { email: "bob@example.com" });
    await change({ email: NEW });
    const first = await confirmToken();
    await change({ email: NEW }, bob);
    const second = await confirmToken();
    const statuses = await Promise.all(
      [first, second].map(async (link) => (await post(world, "/pages/confirm-email-change", { token: link })).status),
    );
    expect(statuses.sort()).toEqual([200, 409]);
  });

  it("kills the link of an older request", async () => {
    await change({ email: "first@example.com" });
    await change({ email: NEW });
    const older = await confirmToken("first@example.com");
    expect((await post(world, "/pages/confirm-email-change", { token: older })).status).toBe(404);
    expect((await confirm()).status).toBe(200);
  });

  it("drops what was pending when the own address is asked for", async () => {
    await change({ email: NEW });
    expect((await change({ email: ADA.email })).json.pending_email).toBeNull();
    expect((await confirm()).status).toBe(404);
  });

  it("is void after a password reset: a thief's change doesn't outlive the new password", async () => {
    await change({ email: NEW });
    await world.ask("/api/forgot-password", { json: { email: ADA.email } });
    const json = { token: await resetToken(world, ADA.email), newPassword: "another horse battery" };
    await world.ask("/api/reset-password", { json });
    expect((await confirm()).status).toBe(404);
  });

  it("is void after a change of the password, and so is a link that would set another", async () => {
    await change({ email: NEW });
    await world.ask("/api/forgot-password", { json: { email: ADA.email } });
    const to = (current_password: string) =>
      world.ask("/v1/auth/change-password", {
        token,
        json: { current_password, new_password: "another horse battery" },
      });
    expect((await to("wrong horse battery")).status).toBe(401);
    expect((await me()).json.pending_email).toBe(NEW);
    expect((await to(ADA.password)).status).toBe(200);
    expect((await confirm()).status).toBe(404);
    expect((await me()).json).toMatchObject({ email: ADA.email, pending_email: null });
    const reset = { token: await resetToken(world, ADA.email), newPassword: "yet another battery" };
    expect((await world.ask("/api/reset-password", { json: reset })).status).toBe(404);
  });

  it("stays as it was asked for when another is refused", async () => {
    await register(world, { email: "bob@example.com" });
    await change({ email: NEW });
    expect((await change({ email: "bob@example.com" })).status).toBe(409);
    expect((await me()).json.pending_email).toBe(NEW);
    expect((await confirm()).status).toBe(200);
  });

  it("proves the address, and makes the project, for who had proven none", async () => {
    await register(world, { email: "bob@example.com" });
    const bob = await logIn(world, { email: "bob@example.com" });
    await change({ email: NEW }, bob);
    await confirm();
    expect((await me(bob)).json).toMatchObject({ email: NEW, email_verified: true });
  });
});

describe("the old address", () => {
  it("is told, with a link that undoes the change for seven days, also once it was confirmed", async () => {
    await change({ email: NEW });
    await confirm();
    const link = await undoToken();
    world.clock.advance(WEEK - 1);
    const undone = await post(world, "/pages/undo-email-change", { token: link });
    expect(undone.status).toBe(200);
    expect((await me()).status).toBe(401);
    expect(await logIn(world)).toBeTypeOf("string");
    expect(await logIn(world, { email: NEW })).toBeUndefined();
    expect((await post(world, "/pages/undo-email-change", { token: link })).status).toBe(404);
  });

  it("has no say after seven days", async () => {
    await change({ email: NEW });
    const link = await undoToken();
    world.clock.advance(WEEK);
    expect((await post(world, "/pages/undo-email-change", { token: link })).status).toBe(404);
  });

  it("can't be taken by anybody else while it may be taken back", async () => {
    await change({ email: NEW });
    await confirm();
    expect((await register(world)).status).toBe(409);
    expect((await world.ask(`/api/exist-email/${ADA.email}`)).json).toBe(true);
    world.clock.advance(WEEK);
    expect((await register(world)).status).toBe(201);
  });

  it("keeps its link when the thief changes the address once more", async () => {
    await change({ email: NEW });
    await confirm();
    await change({ email: "third@example.com" });
    await post(world, "/pages/confirm-email-change", { token: await confirmToken("third@example.com") });
    expect((await post(world, "/pages/undo-email-change", { token: await undoToken() })).status).toBe(200);
    expect(await logIn(world)).toBeTypeOf("string");
  });

  it("gets a link for a new password with the undoing", async () => {
    await change({ email: NEW });
    const page = await post(world, "/pages/undo-email-change", { token: await undoToken() });
    const reset = /\/reset-password\?token=([\w-]{43})/.exec(page.text)?.[1] ?? "";
    const json = { token: reset, newPassword: "another horse battery" };
    expect((await world.ask("/api/reset-password", { json })).status).toBe(200);
    expect(await logIn(world, { password: "another horse battery" })).toBeTypeOf("string");
  });
});

it("of four parallel uses of one link one wins", async () => {
  await change({ email: NEW });
  const link = await confirmToken();
  const statuses = await Promise.all(
    [1, 2, 3, 4].map(async () => (await post(world, "/pages/confirm-email-change", { token: link })).status),
  );
  expect(statuses.sort()).toEqual([200, 404, 404, 404]);
});
