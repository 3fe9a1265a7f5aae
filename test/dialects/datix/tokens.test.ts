import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";
import { expectProblem, NO_TOKEN } from "./problem.ts";

let world: World;
let token: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
});

const TTL = 3_600;
const SESSION_TTL = 30 * 86_400;

const me = (of: string, on = world) => on.ask("/v1/auth/me", { token: of });
const verify = (of: string, on = world) => on.ask("/v1/auth/verify", { token: of });
const refresh = (of: string): Promise<Answered> => world.ask("/v1/auth/refresh", { method: "POST", token: of });
const logOut = (of: string, on = world) => on.ask("/v1/auth/logout", { method: "POST", token: of });

describe("an access token", () => {
  it("is good for its last second and refused at exactly exp, on every kind of row", async () => {
    world.clock.advance(TTL - 1);
    expect([(await me(token)).status, (await verify(token)).status]).toEqual([200, 200]);
    world.clock.advance(1);
    for (const answer of [await me(token), await verify(token), await refresh(token), await logOut(token)]) {
      expectProblem(answer, NO_TOKEN);
    }
  });

  it("is refused when anything of it is changed", async () => {
    const [header, payload, signature = ""] = token.split(".");
    const other = await logIn(world);
    const swapped = `${header}.${other.split(".")[1]}.${signature}`;
    const flipped = `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const none = `${btoa('{"alg":"none","typ":"at+jwt"}').replace(/=+$/, "")}.${payload}.`;
    for (const forged of [swapped, flipped, none, `${token}A`, token.slice(0, -1), `${header}.${payload}`]) {
      for (const answer of [await me(forged), await verify(forged)]) expectProblem(answer, NO_TOKEN);
    }
  });

  it("of another deployment is refused: other keys, other issuer, other audience", async () => {
    for (const changes of [{ ISSUER: "http://other.test" }, { AUDIENCE: "other" }]) {
      const other = startWorld(changes);
      const foreign = await logIn(other);
      expect((await me(foreign, other)).status).toBe(200);
      for (const answer of [await me(foreign), await verify(foreign)]) expectProblem(answer, NO_TOKEN);
    }
    await emptyStorage();
    const elsewhere = startWorld();
    await register(elsewhere);
    expectProblem(await verify(token, elsewhere), NO_TOKEN);
  });

  it.each([
    ["no header", undefined],
    ["an empty one", ""],
    ["another scheme", "Basic YWRhOnB3"],
    ["a scheme alone", "Bearer"],
    ["no token", "Bearer "],
    ["two tokens", "Bearer a b"],
    ["two headers", "Bearer a, Bearer b"],
    ["junk", "Bearer junk"],
  ])("%s is 401", async (_, authorization) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
    for (const path of ["/v1/auth/me", "/v1/auth/verify", "/v1/auth/sessions"]) {
      expectProblem(await world.ask(path, { headers }), NO_TOKEN);
    }
  });

  it("is taken with the scheme in any case, and nowhere but in the header", async () => {
    expect((await world.ask("/v1/auth/me", { headers: { Authorization: `bearer ${token}` } })).status).toBe(200);
    expectProblem(await world.ask(`/v1/auth/me?access_token=${token}`), NO_TOKEN);
    expectProblem(await world.ask("/v1/auth/me", { headers: { Cookie: `access_token=${token}` } }), NO_TOKEN);
  });
});

describe("POST /refresh", () => {
  it("answers another token of the same session, with its own full lifetime", async () => {
    world.clock.advance(1_000);
    const answer = await refresh(token);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ access_token: expect.any(String), token_type: "bearer", expires_in: TTL });
    const [before, after] = [decodeJwt(token), decodeJwt(answer.json.access_token)];
    expect(after).toEqual({ ...before, jti: after.jti, iat: world.clock.now(), exp: world.clock.now() + TTL });
    expect(after.jti).not.toBe(before.jti);
    expect((await me(answer.json.access_token)).status).toBe(200);
  });

  it("leaves the old token as it was, until its own exp", async () => {
    await refresh(token);
    expect((await me(token)).status).toBe(200);
  });

  it("keeps a session alive to its own end and not a second longer", async () => {
    const DAY = 86_400;
    const daily = startWorld({ ACCESS_TOKEN_TTL_SECONDS: DAY });
    const renew = (of: string) => daily.ask("/v1/auth/refresh", { method: "POST", token: of });
    const end = daily.clock.now() + SESSION_TTL;
    let live = await logIn(daily);
    for (let day = 1; day < 30; day++) {
      daily.clock.advance(DAY - 1);
      live = (await renew(live)).json.access_token;
    }
    daily.clock.advance(DAY - 1);
    const last = await renew(live);
    expect(last.json.expires_in).toBe(end - daily.clock.now());
    live = last.json.access_token;
    expect(decodeJwt(live).exp).toBe(end);
    daily.clock.advance(end - daily.clock.now() - 1);
    expect((await renew(live)).json.expires_in).toBe(1);
    daily.clock.advance(1);
    for (const answer of [await renew(live), await me(live, daily), await verify(live, daily)]) {
      expectProblem(answer, NO_TOKEN);
    }
  });

  it("a session shorter than a token makes a token as short", async () => {
    const short = startWorld({ SESSION_TTL_SECONDS: "90" });
    const live = await logIn(short);
    expect(decodeJwt(live).exp).toBe(short.clock.now() + 90);
  });
});

describe("POST /logout", () => {
  it("answers as documented, and the token is refused at once in this isolate", async () => {
    await verify(token); // this isolate now remembers that it was good
    const answer = await logOut(token);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ success: true, message: "Logged out successfully" });
    for (const refused of [await me(token), await verify(token), await refresh(token), await logOut(token)]) {
      expectProblem(refused, NO_TOKEN);
    }
  });

  it("another isolate refuses it at once where a session is proven, and on verify after its five seconds", async () => {
    const there = startWorld();
    expect((await verify(token, there)).status).toBe(200);
    await logOut(token);
    expectProblem(await me(token, there), NO_TOKEN);
    there.clock.advance(4);
    expect((await verify(token, there)).status).toBe(200);
    there.clock.advance(1);
    expectProblem(await verify(token, there), NO_TOKEN);
  });

  it("an isolate that never saw the token refuses it on verify at once", async () => {
    await logOut(token);
    expectProblem(await verify(token, startWorld()), NO_TOKEN);
  });

  it("ends every token of the session, and no other session", async () => {
    const sibling = (await refresh(token)).json.access_token;
    const other = await logIn(world);
    await logOut(token);
    expectProblem(await verify(sibling), NO_TOKEN);
    expectProblem(await me(sibling), NO_TOKEN);
    expect([(await me(other)).status, (await verify(other)).status]).toEqual([200, 200]);
  });

  it("stays refused to the last second that the token would have lived", async () => {
    await logOut(token);
    world.clock.advance(TTL - 1);
    expectProblem(await verify(token), NO_TOKEN);
  });

  it("of eight parallel ones each is done or finds the session ended, and one is in the audit log", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => logOut(token)));
    for (const { status } of answers) expect([200, 401]).toContain(status);
    expect(answers.map(({ status }) => status)).toContain(200);
    const ended = "SELECT target FROM audit_log WHERE action = 'session.ended'";
    expect((await world.bindings.DB.prepare(ended).all()).results).toEqual([{ target: decodeJwt(token).sid }]);
  });
});
