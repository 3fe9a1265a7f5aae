import { beforeEach, expect, it } from "vitest";
import { ADA, type Answered, emptyStorage, register, startWorld, type World } from "../../world.ts";

let world: World;
let ada: { id: number; token: string; refresh: string };
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await enter();
});

async function enter(changes: Partial<typeof ADA> = {}): Promise<typeof ada> {
  await register(world, changes);
  const { email, password } = { ...ADA, ...changes };
  const { json } = await world.ask("/login/", { json: { email, password } });
  return { id: json.employee._id, token: json.access_token, refresh: json.refresh_token };
}

function create(as = ada, headers: Record<string, string> = {}): Promise<Answered> {
  return world.ask(`/api-keys/${as.id}/`, { token: as.token, headers, json: { name: "Production Key" } });
}

function list(as = ada): Promise<Answered> {
  return world.ask(`/api-keys/${as.id}/`, { token: as.token });
}

it("a key made here verifies like any other, and stops when it is deleted", async () => {
  const { api_key: key } = (await create()).json;
  expect(key.key).toMatch(/^dyzo_/);
  const verify = () => world.ask("/v1/auth/verify", { headers: { "X-API-Key": key.key } });
  expect((await verify()).json).toMatchObject({ active: true, kind: "api_key" });
  const deleted = await world.ask(`/api-keys/${ada.id}`, {
    method: "DELETE",
    token: ada.token,
    json: { key_id: key.id },
  });
  expect(deleted.json).toEqual({ status: 1, message: "API key deleted successfully" });
  expect((await verify()).status).toBe(401);
});

it("another user's keys are not found, whoever is named, and stay untouched", async () => {
  const { api_key: key } = (await create()).json;
  const bob = await enter({ email: "bob@example.com" });
  const asBob = { token: bob.token };
  const tries = [
    await world.ask(`/api-keys/${ada.id}/`, asBob),
    await world.ask(`/api-keys/${ada.id}/`, { ...asBob, json: { name: "Mine" } }),
    await world.ask(`/api-keys/${ada.id}/`, { ...asBob, method: "DELETE", json: { key_id: key.id } }),
    await world.ask(`/api-keys/${bob.id}/`, { ...asBob, method: "DELETE", json: { key_id: key.id } }),
  ];
  expect(tries.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect((await list()).json.api_keys).toMatchObject([{ id: key.id, is_active: true }]);
});

it("a POST with an expired token is not carried out but renewed, so that the client's repetition makes one key", async () => {
  world.clock.advance(3_600);
  const first = await create(ada, { "X-Refresh-Token": ada.refresh });
  expect(first.status).toBe(200);
  expect(first.json).toEqual({ status: 0, message: expect.any(String) });
  const token = first.headers.get("X-New-Access-Token") ?? "";
  const refresh = first.headers.get("X-New-Refresh-Token") ?? "";
  const repeated = await create({ ...ada, token, refresh });
  expect(repeated.json.status).toBe(1);
  expect((await list({ ...ada, token })).json.api_keys).toHaveLength(1);
});
