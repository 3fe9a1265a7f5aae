import { beforeEach, describe, expect, it } from "vitest";
import { decodeClaims } from "../../claims.ts";
import { resetToken, verificationToken } from "../../mail.ts";
import { type Protected, registerProtected, verify2fa } from "../../two-factor.ts";
import { ADA, emptyStorage, startWorld, type World } from "../../world.ts";

let world: World;
let ada: Protected;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await registerProtected(world);
});

const NEW_PASSWORD = "another horse battery";
const ASKED = { requires_2fa: true, temp_token: expect.stringMatching(/^temp_/) };

function logInToVault(password: string) {
  return world.ask("/api/login", { json: { email: ADA.email, password } });
}

describe("an account with a second factor", () => {
  it("is asked for it by login, and gets vault's tokens where the login is finished", async () => {
    const { status, json } = await logInToVault(ADA.password);
    expect([status, json]).toEqual([200, ASKED]);
    const finished = await verify2fa(world, json.temp_token, ada.app.code());
    const { userToken, vaultToken } = finished.json;
    expect(decodeClaims(userToken)).toMatchObject({ kind: "user", client_id: "vault", amr: ["pwd", "otp", "mfa"] });
    expect(decodeClaims(vaultToken)).toMatchObject({ kind: "team", client_id: "vault" });
    expect((await world.ask("/api/refresh", { token: userToken })).status).toBe(200);
  });

  it("is asked for it by the link that verifies the address, which is spent all the same", async () => {
    const token = await verificationToken(world, ADA.email);
    const { status, json } = await world.ask(`/api/verify-email/${token}`);
    expect([status, json]).toEqual([200, ASKED]);
    expect((await world.ask(`/api/verify-email/${token}`)).status).toBe(404);
    expect((await verify2fa(world, json.temp_token, ada.app.code())).json.userToken).toBeTypeOf("string");
  });

  it("keeps it through a reset: the new password alone opens nothing", async () => {
    await world.ask(`/api/verify-email/${await verificationToken(world, ADA.email)}`);
    await world.ask("/api/forgot-passsword", { json: { email: ADA.email } });
    const json = { token: await resetToken(world, ADA.email), newPassword: NEW_PASSWORD };
    expect((await world.ask("/api/reset-passsword", { json })).status).toBe(200);
    expect((await logInToVault(NEW_PASSWORD)).json).toEqual(ASKED);
  });

  it("can't finish with the new password a login that began with the old one", async () => {
    await world.ask(`/api/verify-email/${await verificationToken(world, ADA.email)}`);
    const { temp_token } = (await logInToVault(ADA.password)).json;
    await world.ask("/api/forgot-passsword", { json: { email: ADA.email } });
    const json = { token: await resetToken(world, ADA.email), newPassword: NEW_PASSWORD };
    await world.ask("/api/reset-passsword", { json });
    expect((await verify2fa(world, temp_token, ada.app.code())).status).toBe(401);
  });
});
