import { beforeEach, expect, it } from "vitest";
import { emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
});

it("after logout the token is refused at once", async () => {
  const token = await logIn(world);
  const answer = await world.ask("/v1/auth/logout", { method: "POST", token });
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ success: true, message: "Logged out successfully" });
  expect((await world.ask("/v1/auth/me", { token })).status).toBe(401);
  expect((await world.ask("/v1/auth/verify", { token })).status).toBe(401);
});

it("ending the other sessions leaves this one", async () => {
  const [first, second] = [await logIn(world), await logIn(world)];
  expect((await world.ask("/v1/auth/sessions", { method: "DELETE", token: second })).status).toBe(200);
  expect((await world.ask("/v1/auth/me", { token: first })).status).toBe(401);
  expect((await world.ask("/v1/auth/me", { token: second })).status).toBe(200);
});

it("a changed password is the only one that logs in, and the change is in the audit log once", async () => {
  const [first, second] = [await logIn(world), await logIn(world)];
  const json = { current_password: "correct horse battery", new_password: "another horse battery" };
  expect((await world.ask("/v1/auth/change-password", { token: second, json })).status).toBe(200);
  expect((await world.ask("/v1/auth/me", { token: first })).status).toBe(401);
  expect(await logIn(world)).toBeUndefined();
  expect(await logIn(world, { password: "another horse battery" })).toBeTypeOf("string");
  const { results } = await world.bindings.DB.prepare(
    "SELECT id FROM audit_log WHERE action = 'user.password_changed'",
  ).all();
  expect(results).toHaveLength(1);
});
