import { beforeEach, describe, expect, it } from "vitest";
import { verifyAccessToken } from "../../src/domain/access-token.ts";
import type { AuthError } from "../../src/domain/error.ts";
import { identify } from "../../src/domain/identify.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import type { SignedIn } from "../../src/domain/open-session.ts";
import { issueRefreshToken } from "../../src/domain/refresh-token.ts";
import { type Renewed, renewExpired } from "../../src/domain/renewal.ts";
import { endSession } from "../../src/domain/sessions.ts";
import { inCall, signedIn, signedUp, standing, testCall } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

const HOUR = 3_600;

let core: MemoryCore;
let ada: SignedIn;
beforeEach(async () => {
  core = memoryCore();
  await signedUp(core);
  ada = await signedIn(core);
  core.clock.advance(HOUR);
});

/** What `identify` throws for the token. */
const refusalFor = (bearer: string) =>
  identify(core, { call: testCall(), access: "session", presented: { bearer, apiKey: null } }).then(
    () => null,
    (thrown: unknown) => thrown,
  );

async function renew(
  refreshToken: string | null = ada.refresh,
  { access = ada.access.token, on = core } = {},
): Promise<Renewed | null> {
  const refused = await refusalFor(access);
  return inCall((call) => renewExpired(on, { call, refused, refreshToken }));
}
const whyOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    ({ refusal, why }: AuthError) => [refusal, why],
  );
const tokenAt = (counter: number, sessionId = ada.session.id) => issueRefreshToken(core, { sessionId, counter });
const isLive = async () => (await core.sessions.standing(ada.session.id, core.clock.now())) !== null;
const state = () => structuredClone({ sessions: core.db.sessions, audit: core.db.audit, published: core.db.published });

describe("an expired access token with the newest refresh token", () => {
  it("becomes the next pair, of the same session, which doesn't live longer for it", async () => {
    const renewed = await renew();
    expect(renewed?.standing.session).toEqual(ada.session);
    expect(renewed?.refresh).toBe(await tokenAt(1));
    expect(await verifyAccessToken(core, renewed?.access.token ?? "")).toMatchObject({ sessionId: ada.session.id });
  });

  it("goes on as long as the session, each pair from the one before", async () => {
    let { refresh } = ada;
    for (let n = 1; n <= 5; n++) {
      const renewed = await renew(refresh);
      refresh = renewed?.refresh ?? refresh;
      expect(refresh).toBe(await tokenAt(n));
      core.clock.advance(HOUR);
    }
    core.clock.advance(30 * 86_400);
    expect(await whyOf(renew(refresh))).toEqual(["unauthenticated", "refresh: the session has ended"]);
  });

  it("of 8 parallel calls becomes one and the same successor", async () => {
    const renewed = await Promise.all(Array.from({ length: 8 }, () => renew()));
    expect(new Set(renewed.map((each) => each?.refresh))).toEqual(new Set([await tokenAt(1)]));
    expect(await isLive()).toBe(true);
  });
});

describe("a refresh token that was used before", () => {
  it("within the grace gives the same successor again: two tabs, or a lost answer", async () => {
    const first = await renew();
    core.clock.advance(30);
    expect((await renew())?.refresh).toBe(first?.refresh);
    expect(await isLive()).toBe(true);
  });

  it.each([
    ["past the grace", 31, 1],
    ["two rotations behind, even within the grace", 0, 2],
  ])("%s ends the session, everywhere, and the audit log says why", async (_when, wait, rotations) => {
    let refresh: string = ada.refresh;
    for (let n = 0; n < rotations; n++) refresh = (await renew(refresh))?.refresh ?? refresh;
    core.clock.advance(wait);
    expect(await whyOf(renew())).toEqual([
      "unauthenticated",
      "refresh: an old token was used again, the session is ended",
    ]);
    expect(await isLive()).toBe(false);
    expect(core.db.published).toEqual(new Set([ada.session.id]));
    expect(core.db.audit.at(-1)).toMatchObject({
      ...{ action: "session.refresh_reused", result: "failure", actor: null, target: ada.session.id },
    });
    expect(await whyOf(renew(refresh))).toEqual(["unauthenticated", "refresh: the session has ended"]);
  });
});

describe("what is no good refresh token changes nothing", () => {
  const changed = (token: string, part: number, to: string) =>
    token
      .split(".")
      .map((each, at) => (at === part ? to : each))
      .join(".");

  it("absent, malformed, tampered with, or of an unknown master key: the first refusal stands", async () => {
    const before = state();
    const tag = ada.refresh.split(".")[3] ?? "";
    for (const token of [
      ...[null, "", "nonsense", "...", `${ada.refresh}.`, ` ${ada.refresh}`, ada.refresh.slice(0, -1)],
      ...[changed(ada.refresh, 1, "1"), changed(ada.refresh, 1, "00"), changed(ada.refresh, 1, "-1")],
      ...[changed(ada.refresh, 2, "2"), changed(ada.refresh, 2, "0"), changed(ada.refresh, 3, "A".repeat(43))],
      changed(ada.refresh, 3, `${tag.startsWith("A") ? "B" : "A"}${tag.slice(1)}`),
    ]) {
      expect(await renew(token)).toBeNull();
    }
    expect(state()).toEqual(before);
  });

  it("of another session, even of the same user", async () => {
    const other = await signedIn(core);
    const before = state();
    expect(await renew(other.refresh)).toBeNull();
    expect(state()).toEqual(before);
  });

  it("ahead of the session's counter: it was never made", async () => {
    const before = state();
    for (const counter of [1, 2, 999_999_999]) {
      expect(await whyOf(renew(await tokenAt(counter)))).toEqual([
        "unauthenticated",
        "refresh: a counter ahead of the session's",
      ]);
    }
    expect(state()).toEqual(before);
  });
});

describe("only a genuine access token that has merely expired is renewed", () => {
  it("not one that is still good, forged, or absent", async () => {
    const before = state();
    const [header = "", payload = ""] = ada.access.token.split(".");
    for (const access of ["nonsense", `${header}.${payload}.${"A".repeat(86)}`]) {
      expect(await renew(ada.refresh, { access })).toBeNull();
    }
    expect(await inCall((call) => renewExpired(core, { call, refused: null, refreshToken: ada.refresh }))).toBeNull();
    expect(
      await inCall((call) => renewExpired(core, { call, refused: new Error("x"), refreshToken: ada.refresh })),
    ).toBeNull();
    expect(state()).toEqual(before);
  });

  it("not one of a session that was ended", async () => {
    const caller = await standing(core, ada.session.id as SessionId);
    await inCall((call) => endSession(core, { call, caller, id: ada.session.id }));
    expect(await whyOf(renew())).toEqual(["unauthenticated", "refresh: the session has ended"]);
  });
});

describe("a fault of ours ends no session", () => {
  it("storage down is unavailable, and the same token is good afterwards", async () => {
    const refused = await refusalFor(ada.access.token);
    core.failing.add("sessions");
    const failed = inCall((call) => renewExpired(core, { call, refused, refreshToken: ada.refresh }));
    await expect(failed).rejects.toMatchObject({ refusal: "unavailable" });
    core.failing.clear();
    expect((await renew())?.refresh).toBe(await tokenAt(1));
  });

  it("a rotation whose answer was lost with the keys is given again within the grace", async () => {
    const refused = await refusalFor(ada.access.token);
    const cold = memoryCore({}, core);
    cold.failing.add("signingKeys");
    const failed = inCall((call) => renewExpired(cold, { call, refused, refreshToken: ada.refresh }));
    await expect(failed).rejects.toMatchObject({ refusal: "unavailable" });
    core.clock.advance(5);
    expect((await renew())?.refresh).toBe(await tokenAt(1));
  });
});

describe("MASTER_KEYS", () => {
  const [OLD, NEW] = [`1:${"k".repeat(42)}A`, `2:${"n".repeat(42)}A`];

  it("a token made under an older key is taken, and its successor is of the new one", async () => {
    const restarted = memoryCore({ MASTER_KEYS: `${NEW},${OLD}` }, core);
    expect((await renew(ada.refresh, { on: restarted }))?.refresh).toMatch(/^ses_\w+\.1\.2\./);
  });

  it("a token of a key that is gone is only a bad token", async () => {
    const restarted = memoryCore({ MASTER_KEYS: NEW }, core);
    expect(await renew(ada.refresh, { on: restarted })).toBeNull();
  });
});
