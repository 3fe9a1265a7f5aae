import { beforeEach, describe, expect, it } from "vitest";
import { refusalIn } from "../contract.ts";
import { resetToken, verificationToken } from "../mail.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

// One setting, kept by the one place in which every dialect signs people in.

const LOGINS = ["/v1/auth/login", "/login/", "/api/login"];
const CREDENTIALS = { email: ADA.email, password: ADA.password };

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld({ REQUIRE_VERIFIED_EMAIL: "true" });
});

describe.each(LOGINS)("with REQUIRE_VERIFIED_EMAIL, %s", (path) => {
  it("refuses an unverified account after the right password, and says how to go on", async () => {
    await register(world);
    const refused = await world.ask(path, { json: CREDENTIALS });
    expect(refused.status).toBe(403);
    expect(refusalIn(world.log.lines, refused.headers.get("X-Request-Id"))).toBe("email_unverified");
    expect(refused.json.detail ?? refused.json.message).toMatch(/confirm your email address/i);
    const wrong = await world.ask(path, { json: { ...CREDENTIALS, password: "wrong password" } });
    const unknown = await world.ask(path, { json: { ...CREDENTIALS, email: "nobody@example.com" } });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
  });

  it("lets it in once the address is verified", async () => {
    await register(world);
    await world.ask(`/api/verify-email/${await verificationToken(world, ADA.email)}`);
    expect((await world.ask(path, { json: CREDENTIALS })).status).toBe(200);
  });
});

it("a reset by mail proves the address too", async () => {
  await register(world);
  await world.ask("/api/forgot-password", { json: { email: ADA.email } });
  const json = { token: await resetToken(world, ADA.email), newPassword: "another horse battery" };
  await world.ask("/api/reset-password", { json });
  expect(await logIn(world, { password: json.newPassword })).toBeTypeOf("string");
});

it("vault's register makes the account, and lets nobody in yet", async () => {
  const answer = await world.ask("/api/register", { json: { ...CREDENTIALS, name: ADA.full_name } });
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ userToken: null, vaultToken: null });
});

it("is off unless it is switched on", async () => {
  world = startWorld();
  await register(world);
  expect(await logIn(world)).toBeTypeOf("string");
});
