import { beforeEach, describe, expect, it } from "vitest";
import { verifyAccessToken } from "../../src/domain/access-token.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import type { Standing } from "../../src/domain/session.ts";
import { endOtherSessions, endSession, listSessions, renewAccessToken } from "../../src/domain/sessions.ts";
import { inCall, signedIn, signedUp, standing } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

let core: MemoryCore;
let caller: Standing;
beforeEach(async () => {
  core = memoryCore();
  await signedUp(core);
  caller = await standing(core, (await signedIn(core)).session.id);
});
const revoked = (id: SessionId, on = core) => on.revocations.recentlyRevoked(id, core.clock.now());

describe("a session", () => {
  it("is renewed without moving its own end, and its last token ends with it", async () => {
    core.clock.advance(30 * 86_400 - 100);
    const { token, expiresInSeconds } = await renewAccessToken(core, { caller });
    expect(expiresInSeconds).toBe(100);
    expect(await verifyAccessToken(core, token)).toMatchObject({
      sessionId: caller.session.id,
      expiresAt: caller.session.expiresAt,
    });
  });

  it("that was ended is published, and told to the audit log once", async () => {
    const before = core.db.audit.length;
    await inCall((call) => endSession(core, { call, caller, id: caller.session.id }));
    expect([await revoked(caller.session.id), await revoked(caller.session.id, memoryCore({}, core))]).toEqual([
      true,
      true,
    ]);
    expect(core.db.audit.slice(before)).toMatchObject([
      { action: "session.ended", actor: caller.user.publicId, target: caller.session.id },
    ]);
  });

  it("of somebody else is not found, goes on, and is not published", async () => {
    await signedUp(core, { email: "bob@example.com" });
    const { session } = await signedIn(core, { email: "bob@example.com" });
    const end = inCall((call) => endSession(core, { call, caller, id: session.id }));
    await expect(end).rejects.toMatchObject({ refusal: "not_found" });
    expect(await revoked(session.id)).toBe(false);
    expect((await standing(core, session.id)).session).toEqual(session);
  });

  it("that is unknown or ended before is not found, and nothing is published: invented ids fill no storage", async () => {
    const end = (id: SessionId) => inCall((call) => endSession(core, { call, caller, id }));
    const { id } = (await signedIn(core)).session;
    await end(id);
    await expect(end(id)).rejects.toMatchObject({ refusal: "not_found" });
    await expect(end("ses_invented" as SessionId)).rejects.toMatchObject({ refusal: "not_found" });
    expect(core.db.published).toEqual(new Set([id]));
  });

  it("of the caller that another request ended meanwhile is ended: what was asked for is so", async () => {
    const end = () => inCall((call) => endSession(core, { call, caller, id: caller.session.id }));
    await Promise.all([end(), end()]);
    expect(core.db.audit.filter(({ action }) => action === "session.ended")).toHaveLength(1);
  });

  it("stays ended when it could not be published: D1 holds the truth", async () => {
    core.failing.add("revocations");
    await inCall((call) => endSession(core, { call, caller, id: caller.session.id }));
    expect(await core.sessions.standing(caller.session.id, core.clock.now())).toBeNull();
  });
});

describe("the other sessions", () => {
  it("end together and are published, and the one that asked goes on", async () => {
    const others = [await signedIn(core), await signedIn(core)].map(({ session }) => session.id);
    await inCall((call) => endOtherSessions(core, { call, caller }));
    expect(core.db.published).toEqual(new Set(others));
    expect((await listSessions(core, { caller })).map(({ id }) => id)).toEqual([caller.session.id]);
    expect(core.db.audit.at(-1)).toMatchObject({ action: "session.others_ended", target: caller.user.publicId });
  });
});
