import { beforeEach, expect, it } from "vitest";
import { decodeClaims } from "../claims.ts";
import { ADA, emptyStorage, register, startWorld, type World } from "../world.ts";

const CREDENTIALS = { email: ADA.email, password: ADA.password };

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

/** Who a login in each dialect is. */
async function subjects(): Promise<unknown[]> {
  const datix = await world.ask("/v1/auth/login", { json: CREDENTIALS });
  const dyzo = await world.ask("/login/", { json: CREDENTIALS });
  const vault = await world.ask("/api/login", { json: CREDENTIALS });
  const tokens = [datix.json.access_token, dyzo.json.access_token, vault.json.userToken, vault.json.vaultToken];
  return tokens.map((token) => decodeClaims(token).sub);
}

it("who registers through vault is the same user in every dialect", async () => {
  const { json } = await world.ask("/api/register", { json: { ...CREDENTIALS, name: ADA.full_name } });
  const { sub } = decodeClaims(json.userToken);
  expect(await subjects()).toEqual([sub, sub, sub, sub]);
});

it("who registers through datix is the same user in every dialect", async () => {
  const { json } = await register(world);
  expect(await subjects()).toEqual([json.id, json.id, json.id, json.id]);
});
