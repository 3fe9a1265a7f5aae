import { beforeEach, describe, expect, it } from "vitest";
import { ADA, type Answered, emptyStorage, register, startWorld, type World } from "../../world.ts";

const ACCESS_TTL = 3_600;
const GRACE = 30;

interface Pair {
  readonly access: string;
  readonly refresh: string;
}

let world: World;
let first: Pair;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  const { json } = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
  first = { access: json.access_token, refresh: json.refresh_token };
});

/** A safe request of a row that needs a caller; datix carries those out for dyzo's sessions too. */
function get({ access, refresh }: Pair): Promise<Answered> {
  return world.ask("/v1/auth/me", { token: access, headers: { "X-Refresh-Token": refresh } });
}

function pairOf({ headers }: Answered): Pair | null {
  const access = headers.get("X-New-Access-Token");
  const refresh = headers.get("X-New-Refresh-Token");
  return access === null || refresh === null ? null : { access, refresh };
}

/** Turns the clock past the access token's end and rotates once. */
async function rotated(pair: Pair): Promise<Pair> {
  world.clock.advance(ACCESS_TTL);
  const next = pairOf(await get(pair));
  if (next === null) throw new Error("not rotated");
  return next;
}

async function isAlive({ access }: Pair): Promise<boolean> {
  return (await world.ask("/v1/auth/me", { token: access })).status === 200;
}

describe("an expired access token with a good refresh token", () => {
  it("is carried out for a safe method, and the answer bears the next pair", async () => {
    world.clock.advance(ACCESS_TTL);
    const answer = await get(first);
    expect(answer.status).toBe(200);
    expect(answer.json.email).toBe(ADA.email);
    const next = pairOf(answer);
    expect(next?.refresh).not.toBe(first.refresh);
    expect(next && (await isAlive(next))).toBe(true);
  });

  it("rotates nothing for a request that is refused: clients read tokens from good answers alone", async () => {
    world.clock.advance(ACCESS_TTL);
    const headers = { "X-Refresh-Token": first.refresh };
    const refused = await world.ask("/api-keys/999/", { token: first.access, headers });
    expect(refused.status).toBe(404);
    expect(pairOf(refused)).toBeNull();
    world.clock.advance(GRACE + 1);
    expect((await get(first)).status).toBe(200);
  });

  it("rotates nothing while the access token is good", async () => {
    const answer = await get(first);
    expect(answer.status).toBe(200);
    expect(pairOf(answer)).toBeNull();
  });

  it("gets 401 and no rotation for an unsafe method outside of dyzo", async () => {
    world.clock.advance(ACCESS_TTL);
    const refused = await world.ask("/v1/auth/logout", {
      method: "POST",
      token: first.access,
      headers: { "X-Refresh-Token": first.refresh },
    });
    expect(refused.status).toBe(401);
    expect(pairOf(refused)).toBeNull();
    expect((await get(first)).status).toBe(200);
  });

  it("gets 401 from verify, which renews nothing", async () => {
    world.clock.advance(ACCESS_TTL);
    const refused = await world.ask("/v1/auth/verify", {
      token: first.access,
      headers: { "X-Refresh-Token": first.refresh },
    });
    expect(refused.status).toBe(401);
    expect(pairOf(refused)).toBeNull();
  });

  it("is refused when the refresh token is of another session", async () => {
    const { json } = await world.ask("/login", { json: { email: ADA.email, password: ADA.password } });
    world.clock.advance(ACCESS_TTL);
    expect((await get({ access: first.access, refresh: json.refresh_token })).status).toBe(401);
  });
});

describe("rotation", () => {
  it("gives the same successor again within the grace: a lost answer costs nothing", async () => {
    const next = await rotated(first);
    world.clock.advance(GRACE);
    expect(pairOf(await get(first))?.refresh).toBe(next.refresh);
    expect(await isAlive(next)).toBe(true);
  });

  it("ends the session when a token one behind comes after the grace", async () => {
    const next = await rotated(first);
    world.clock.advance(GRACE + 1);
    expect((await get(first)).status).toBe(401);
    expect(await isAlive(next)).toBe(false);
  });

  it("ends every token of the session when token 0 is replayed after three rotations", async () => {
    const third = await rotated(await rotated(await rotated(first)));
    expect((await get(first)).status).toBe(401);
    expect(await isAlive(third)).toBe(false);
    const { results } = await world.bindings.DB.prepare(
      "SELECT action, result FROM audit_log ORDER BY id DESC LIMIT 1",
    ).all();
    expect(results).toEqual([{ action: "session.refresh_reused", result: "failure" }]);
  });

  it("changes nothing for a forged MAC or a counter ahead", async () => {
    const next = await rotated(first);
    world.clock.advance(ACCESS_TTL);
    const [sid, , key, tag = ""] = next.refresh.split(".");
    const forged = `${next.refresh.slice(0, -2)}${next.refresh.endsWith("AA") ? "BA" : "AA"}`;
    for (const refresh of [forged, `${sid}.2.${key}.${tag}`, `${sid}.9.${key}.${tag}`, "junk", ""]) {
      expect((await get({ ...next, refresh })).status).toBe(401);
    }
    expect((await get(next)).status).toBe(200);
  });

  it("keeps one lineage when twenty requests present one token at once", async () => {
    world.clock.advance(ACCESS_TTL);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(first)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const successors = new Set(answers.map((answer) => pairOf(answer)?.refresh));
    expect(successors.size).toBe(1);
    const [refresh = ""] = successors;
    world.clock.advance(ACCESS_TTL);
    expect((await get({ access: pairOf(answers[0] as Answered)?.access ?? "", refresh: refresh ?? "" })).status).toBe(
      200,
    );
  });

  it("ends with the session: after logout a good refresh token is refused", async () => {
    await world.ask("/v1/auth/logout", { method: "POST", token: first.access });
    world.clock.advance(ACCESS_TTL);
    expect((await get(first)).status).toBe(401);
  });
});
