import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { counted } from "../bindings.ts";
import { emptyStorage, logIn, register, startWorld } from "../world.ts";

beforeEach(emptyStorage);

it("of twelve parallel first requests in six isolates, one signing key comes, and every token verifies everywhere", async () => {
  const isolates = Array.from({ length: 6 }, () => startWorld());
  for (const [n, isolate] of isolates.entries()) await register(isolate, { email: `user${n}@example.com` });
  expect(await env.DB.prepare("SELECT count(*) AS keys FROM signing_keys").first("keys")).toBe(0);

  const [tokens, jwks] = await Promise.all([
    Promise.all(isolates.map((isolate, n) => logIn(isolate, { email: `user${n}@example.com` }))),
    Promise.all(isolates.map((isolate) => isolate.ask("/.well-known/jwks.json"))),
  ]);

  const { results } = await env.DB.prepare("SELECT kid, state FROM signing_keys").all<{ kid: string }>();
  expect(results).toEqual([{ kid: expect.any(String), state: "current" }]);
  for (const { json } of jwks) expect(json.keys.map(({ kid }: { kid: string }) => kid)).toEqual([results[0]?.kid]);
  for (const isolate of isolates) {
    for (const token of tokens) expect((await isolate.ask("/v1/auth/verify", { token })).status).toBe(200);
  }
});

it("the private half is sealed at rest, and opens with no other master key", async () => {
  const world = startWorld();
  await register(world);
  const token = await logIn(world);
  const row = await env.DB.prepare("SELECT * FROM signing_keys").first<Record<string, string>>();
  expect(JSON.parse(row?.public_jwk ?? "").d).toBeUndefined();
  expect(row?.sealed_private_jwk).toMatch(/^1\.[\w-]+$/);

  const other = startWorld({ MASTER_KEYS: `1:${"K".repeat(42)}A` });
  const answer = await other.ask("/v1/auth/verify", { token });
  expect(answer.status).toBe(500);
  expect(answer.json).toMatchObject({ code: "internal", detail: "Something went wrong on our side" });
});

it("an invented kid costs one look-up in five seconds, not one a token", async () => {
  const world = startWorld();
  await register(world);
  const token = await logIn(world);
  const [, ...rest] = token.split(".");
  const forged = (kid: string) =>
    [btoa(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid })).replace(/=+$/, ""), ...rest].join(".");
  const { bindings, operations } = counted();
  const watched = startWorld(bindings);
  await watched.ask("/healthz");
  operations.length = 0;
  for (let n = 0; n < 20; n++)
    expect((await watched.ask("/v1/auth/me", { token: forged(`kid${n}`) })).status).toBe(401);
  expect(operations).toEqual([]);
  watched.clock.advance(5);
  for (let n = 0; n < 20; n++) await watched.ask("/v1/auth/me", { token: forged(`kid${n}`) });
  expect(operations).toEqual([expect.stringMatching(/^DB select .* from "signing_keys"/)]);
});
