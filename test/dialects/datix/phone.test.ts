import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { messagesTo, smsCode } from "../../mail.ts";
import { ADA, type Answered, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";

const PHONE = "+15557122661";

let world: World;
let token: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
});

function change(phone: unknown, as = token): Promise<Answered> {
  return world.ask("/v1/auth/me", { method: "PATCH", token: as, json: { phone } });
}

function verify(code: string, as = token): Promise<Answered> {
  return world.ask("/v1/auth/verify-phone", { token: as, json: { code } });
}

function sentCode(phone = PHONE): Promise<string> {
  return smsCode(world, phone);
}

describe("PATCH /me with a phone", () => {
  it("stores the number only once the code sent there came back", async () => {
    const asked = await change("+1 (555) 712-2661");
    expect(asked.json).toMatchObject({ phone: null, pending_phone: PHONE });
    const { status, json } = await verify(await sentCode());
    expect(status).toBe(200);
    expect(json).toMatchObject({ phone: PHONE, pending_phone: null });
    expect(json).toEqual((await world.ask("/v1/auth/me", { token })).json);
  });

  it("removes it for null", async () => {
    await change(PHONE);
    await verify(await sentCode());
    expect((await change(null)).json).toMatchObject({ phone: null, pending_phone: null });
  });

  it("refuses what is no international number", async () => {
    for (const phone of ["5557122661", "+0557122661", "+1555", "+15557122661x", "", 15557122661, "+1555712266１"]) {
      expect((await change(phone)).status).toBe(400);
    }
    expect(await messagesTo(world, PHONE)).toEqual([]);
  });
});

describe("verify-phone", () => {
  it("writes a wrong code to the audit log, as a failure of the account's own", async () => {
    await change(PHONE);
    await verify((await sentCode()) === "000000" ? "000001" : "000000");
    const newest =
      "SELECT action, result, actor = target AS own, organization IS NOT NULL AS placed FROM audit_log ORDER BY id DESC LIMIT 1";
    expect(await env.DB.prepare(newest).first()).toEqual({
      ...{ action: "user.phone_change_failed", result: "failure", own: 1, placed: 1 },
    });
  });

  it("tells the account by mail of its new number, and of none that was refused", async () => {
    const told = async () => (await messagesTo(world, ADA.email)).filter(({ text }) => text.includes(PHONE));
    await change(PHONE);
    const code = await sentCode();
    await verify(code === "000000" ? "000001" : "000000");
    expect(await told()).toEqual([]);
    await verify(code);
    const [notice, ...more] = await told();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ channel: "email", subject: "A phone number was added to your account" });
  });

  it("refuses a wrong code, a spent one, one of an older request and one that is over", async () => {
    await change(PHONE);
    const older = await sentCode();
    await change(PHONE);
    const code = await sentCode();
    const wrong = code === "000000" ? "000001" : "000000";
    expect((await verify(wrong)).json.code).toBe("wrong_code");
    if (older !== code) expect((await verify(older)).status).toBe(401);
    expect((await verify(code)).status).toBe(200);
    expect((await verify(code)).status).toBe(401);
    await change("+15557122662");
    const late = await sentCode("+15557122662");
    world.clock.advance(300);
    expect((await verify(late)).status).toBe(401);
  });

  it("refuses the code of a number that is not the pending one any more", async () => {
    await change(PHONE);
    const code = await sentCode();
    await change("+15557122662");
    expect((await verify(code)).status).toBe(401);
  });

  it("is 409 where another account has proven the number, and only then says so", async () => {
    await change(PHONE);
    await verify(await sentCode());
    await register(world, { email: "bob@example.com" });
    const bob = await logIn(world, { email: "bob@example.com" });
    expect((await change(PHONE, bob)).status).toBe(200);
    const refused = await verify(await sentCode(), bob);
    expect([refused.status, refused.json.code]).toEqual([409, "phone_taken"]);
  });

  it("stops after five codes in 15 minutes to one number, however it is spelled", async () => {
    const spellings = [PHONE, "+1 555 712 2661", "+1-555-712-2661", "+1(555)7122661", "+1.555.712.2661", PHONE];
    const statuses: number[] = [];
    for (const phone of spellings) statuses.push((await change(phone)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});
