import { SignJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { Access } from "../../src/domain/access.ts";
import { issueAccessToken } from "../../src/domain/access-token.ts";
import { identify } from "../../src/domain/identify.ts";
import type { SignedIn } from "../../src/domain/open-session.ts";
import { endSession } from "../../src/domain/sessions.ts";
import { inCall, signedIn, signedUp, standing, testCall } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

let core: MemoryCore;
let ada: SignedIn;
beforeEach(async () => {
  core = memoryCore();
  await signedUp(core);
  ada = await signedIn(core);
  core.calls.length = 0;
});

const who = <A extends Access>(access: A, bearer: string | null = ada.access.token, on = core) =>
  identify(on, { call: testCall(), access, presented: { bearer, apiKey: null } });
const endIt = async () => {
  const caller = await standing(core, ada.session.id);
  await inCall((call) => endSession(core, { call, caller, id: ada.session.id }));
};
const UNAUTHENTICATED = { name: "AuthError", refusal: "unauthenticated", details: {} };

/** A token signed by our own key, with some claims changed. */
async function tokenWith(changes: Record<string, unknown>): Promise<string> {
  const { kid, privateKey } = await core.keyring.current();
  const { issuer, audience } = core.settings;
  const now = core.clock.now();
  const claims = {
    ...{ iss: issuer, aud: audience, sub: ada.account.user.publicId, client_id: "datix", jti: "j1" },
    ...{ kind: "user", sid: ada.session.id, iat: now, exp: now + 60 },
  };
  return new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid })
    .sign(privateKey);
}

describe("a public row", () => {
  it("knows nobody, whatever is presented, and asks nothing", async () => {
    expect(await who("public")).toBeNull();
    expect(await who("public", "nonsense")).toBeNull();
    expect(core.calls).toEqual([]);
  });
});

describe.each(["session", "verify"] as const)("a row for %s", (access) => {
  it("refuses who presents nothing, or nonsense, without asking storage", async () => {
    for (const bearer of [null, "", "nonsense", "a.b.c", "null", "x".repeat(10_000)]) {
      await expect(who(access, bearer)).rejects.toMatchObject(UNAUTHENTICATED);
    }
    expect(core.calls).toEqual([]);
  });

  it("takes the token until the second before it expires", async () => {
    core.clock.advance(3_599);
    await expect(who(access)).resolves.toBeDefined();
    core.clock.advance(1);
    await expect(who(access)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("refuses the token of an ended session at once, on the isolate that ended it", async () => {
    await who(access);
    await endIt();
    await expect(who(access)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("refuses the token of another deployment", async () => {
    const other = memoryCore();
    await signedUp(other);
    await expect(who(access, (await signedIn(other)).access.token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("refuses a token of ours that is of another kind, issuer, audience, or without a session", async () => {
    for (const changes of [
      ...[{ kind: "robot" }, { kind: undefined }, { sid: undefined }, { sid: 7 }, { client_id: "" }],
      ...[{ iss: "https://elsewhere.example" }, { aud: "https://elsewhere.example" }, { sub: "" }],
    ]) {
      await expect(who(access, await tokenWith(changes))).rejects.toMatchObject(UNAUTHENTICATED);
    }
    await expect(who(access, await tokenWith({}))).resolves.toBeDefined();
  });

  it("refuses a token of ours that would live longer than tokens do", async () => {
    const exp = core.clock.now() + 3_601;
    await expect(who(access, await tokenWith({ exp }))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("is unavailable, and not a refusal of the token, where the keys can't be had", async () => {
    const cold = memoryCore({}, core);
    cold.failing.add("signingKeys");
    await expect(who(access, ada.access.token, cold)).rejects.toMatchObject({ refusal: "unavailable" });
  });
});

describe("a row for a session", () => {
  it("knows the session, its user and the membership as they are now, in one read", async () => {
    const { user, membership } = ada.account;
    expect(await who("session")).toEqual({ session: ada.session, user, membership, hasSecondFactor: false });
    expect(core.calls).toEqual(["sessions.standing"]);
  });

  it("refuses an ended session on every isolate at once, whatever they remember", async () => {
    const other = memoryCore({}, core);
    await who("session", ada.access.token, other);
    await endIt();
    await expect(who("session", ada.access.token, other)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("refuses a genuine token whose session is another user's", async () => {
    await signedUp(core, { email: "bob@example.com" });
    const bob = await signedIn(core, { email: "bob@example.com" });
    const { token } = await issueAccessToken(core, { account: bob.account, session: ada.session });
    await expect(who("session", token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("is unavailable while storage is down", async () => {
    core.failing.add("sessions");
    await expect(who("session")).rejects.toMatchObject({ refusal: "unavailable" });
  });
});

describe("a row that verifies", () => {
  it("answers what the token says, and reads no session", async () => {
    expect(await who("verify")).toEqual({
      ...{ kind: "user", subject: ada.account.user.publicId, role: "admin", scopes: [] },
      organization: ada.account.membership?.organization.publicId,
      expiresAt: core.clock.now() + 3_600,
    });
    expect(core.calls).toEqual([]);
  });

  it("knows no role that we don't, and no organization where there is none", async () => {
    expect(await who("verify", await tokenWith({ role: "emperor" }))).toMatchObject({ role: null, organization: null });
  });

  it("lags on another isolate by the 5 seconds of its memory, and not longer", async () => {
    const other = memoryCore({}, core);
    await who("verify", ada.access.token, other);
    await endIt();
    core.clock.advance(4);
    await expect(who("verify", ada.access.token, other)).resolves.toBeDefined();
    core.clock.advance(1);
    await expect(who("verify", ada.access.token, other)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("asks the truth while revocations are down, once in 5 seconds", async () => {
    core.failing.add("revocations");
    for (let n = 0; n < 10; n++) await expect(who("verify")).resolves.toBeDefined();
    expect(core.calls).toEqual(["sessions.standing"]);
    core.clock.advance(5);
    await who("verify");
    expect(core.calls).toHaveLength(2);
  });

  it("refuses an ended session while revocations are down", async () => {
    await endIt();
    const other = memoryCore({}, core);
    other.failing.add("revocations");
    for (let n = 0; n < 2; n++) {
      await expect(who("verify", ada.access.token, other)).rejects.toMatchObject(UNAUTHENTICATED);
    }
  });

  it("is unavailable when neither can be asked, and waves nobody through", async () => {
    core.failing.add("revocations").add("sessions");
    await expect(who("verify")).rejects.toMatchObject({ refusal: "unavailable" });
  });

  it("a session that ends on this isolate while the truth is being asked is refused from then on", async () => {
    core.failing.add("revocations");
    const caller = await standing(core, ada.session.id);
    const asked = who("verify");
    await inCall((call) => endSession(core, { call, caller, id: ada.session.id }));
    await asked.catch(() => undefined);
    await expect(who("verify")).rejects.toMatchObject(UNAUTHENTICATED);
  });
});
