import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AuthError } from "../../src/domain/error.ts";
import { changePassword, changeProfile } from "../../src/domain/profile.ts";
import type { Standing } from "../../src/domain/session.ts";
import { ADA, inCall, signedIn, signedUp, standing, testCall } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

const NEW = "another long password";

let core: MemoryCore;
let caller: Standing;
beforeEach(async () => {
  core = memoryCore();
  await signedUp(core);
  caller = await standing(core, (await signedIn(core)).session.id);
});

const change = (changes: { currentPassword?: string; newPassword?: string } = {}, on = core) =>
  inCall((call) => changePassword(on, { call, caller, currentPassword: ADA.password, newPassword: NEW, ...changes }));
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: AuthError) => error.refusal,
  );
/** All that a refused change must leave as it was. */
const state = () => structuredClone({ users: core.db.users, sessions: core.db.sessions, audit: core.db.audit });

describe("a changed password", () => {
  it("is the only one that logs in from then on", async () => {
    await change();
    expect(await refusalOf(signedIn(core))).toBe("wrong_credentials");
    expect(await refusalOf(signedIn(core, { password: NEW }))).toBeNull();
  });

  it("ends every other session, at once on this isolate, and keeps the one that asked", async () => {
    const other = (await signedIn(core)).session.id;
    await change();
    const live = await core.sessions.ofUser(caller.user.id, core.clock.now());
    expect(live.map(({ id }) => id)).toEqual([caller.session.id]);
    expect(await core.revocations.recentlyRevoked(other, core.clock.now())).toBe(true);
    expect(await core.revocations.recentlyRevoked(caller.session.id, core.clock.now())).toBe(false);
  });

  it("is one audit row, of the user by the user", async () => {
    const before = core.db.audit.length;
    await change();
    const { publicId } = caller.user;
    expect(core.db.audit.slice(before)).toEqual([
      {
        ...{ action: "user.password_changed", at: core.clock.now(), result: "success", actor: publicId },
        ...{ organization: caller.membership?.organization.publicId, target: publicId, requestId: "req_1" },
        ...{ address: "203.0.113.7", country: "SE", userAgent: "vitest" },
      },
    ]);
  });

  it("of 4 parallel changes one wins, and the others are told that the password isn't that any more", async () => {
    const wanted = ["first long password", "second long password", "third long password", "fourth long password"];
    const refusals = await Promise.all(wanted.map((newPassword) => refusalOf(change({ newPassword }))));
    expect(refusals.filter((refusal) => refusal === null)).toHaveLength(1);
    expect(refusals.filter((refusal) => refusal === "wrong_password")).toHaveLength(3);
    const winner = wanted[refusals.indexOf(null)] ?? "";
    expect(await refusalOf(signedIn(core, { password: winner }))).toBeNull();
  });
});

describe("a change that is refused leaves all as it was", () => {
  it("the current password is wrong", async () => {
    const before = state();
    expect(await refusalOf(change({ currentPassword: "wrong horse battery" }))).toBe("wrong_password");
    expect(state()).toEqual(before);
  });

  it.each([
    ["too short", "short"],
    ["common", "password123"],
    ["the user's own address", ADA.email],
  ])("the new password is %s: before any hash or limit, with the field", async (_why, newPassword) => {
    const before = state();
    core.calls.length = 0;
    const kdf = vi.spyOn(crypto.subtle, "deriveBits");
    await expect(change({ newPassword })).rejects.toMatchObject({
      refusal: "weak_password",
      details: { field: "newPassword" },
    });
    expect(kdf).not.toHaveBeenCalled();
    kdf.mockRestore();
    expect(core.calls).toEqual([]);
    expect(state()).toEqual(before);
  });

  it.each(["users", "limiter"] as const)("%s is down", async (part) => {
    const before = state();
    core.failing.add(part);
    expect(await refusalOf(change())).toBe("unavailable");
    expect(state()).toEqual(before);
  });

  it("the account has no password to prove", async () => {
    const [[id, user] = []] = core.db.users;
    if (id === undefined || user === undefined) throw new Error("no user");
    core.db.users.set(id, { ...user, passwordHash: null });
    expect(await refusalOf(change())).toBe("wrong_password");
  });
});

describe("guesses of the current password", () => {
  it("share the budget of logins: 10 of either, then both are refused", async () => {
    for (let n = 0; n < 5; n++) {
      expect(await refusalOf(change({ currentPassword: "wrong horse battery" }))).toBe("wrong_password");
      expect(await refusalOf(signedIn(core, { password: "wrong horse battery" }))).toBe("wrong_credentials");
    }
    expect(await refusalOf(change())).toBe("too_many_requests");
    expect(await refusalOf(signedIn(core))).toBe("too_many_requests");
  });

  it("are told to the answer as limits", async () => {
    const call = testCall();
    const work = changePassword(core, { call, caller, currentPassword: "wrong horse battery", newPassword: NEW });
    expect(await refusalOf(work)).toBe("wrong_password");
    expect(call.limits).toMatchObject([
      { limit: { name: "login:account" }, remaining: 9 },
      { limit: { name: "login:ip" }, remaining: 99 },
    ]);
  });
});

describe("a changed profile", () => {
  const rename = (fullName?: string) => inCall((call) => changeProfile(core, { call, caller, change: { fullName } }));

  it("is answered as it is afterwards, stored, and told to the audit log", async () => {
    const { user, membership } = await rename("Ada, Countess");
    expect(user).toEqual({ ...caller.user, fullName: "Ada, Countess" });
    expect(membership).toEqual(caller.membership);
    expect((await standing(core, caller.session.id)).user.fullName).toBe("Ada, Countess");
    expect(core.db.audit.at(-1)).toMatchObject({ action: "user.renamed", target: caller.user.publicId });
  });

  it.each([undefined, ADA.fullName])("with %s as its name writes nothing", async (fullName) => {
    core.calls.length = 0;
    expect((await rename(fullName)).user).toEqual(caller.user);
    expect(core.calls).toEqual([]);
  });
});
