import { beforeEach, describe, expect, it, vi } from "vitest";
import { signUp } from "../../src/domain/sign-up.ts";
import { ADA, inCall, signedIn, signedUp, testCall } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

let core: MemoryCore;
beforeEach(() => {
  core = memoryCore({ RATE_LIMITS: '{"register:ip": "2/900"}' });
});
const trySignUp = (changes: Partial<typeof ADA> = {}) => inCall((call) => signUp(core, { call, ...ADA, ...changes }));

describe("signing up", () => {
  it("makes an admin of a new organization, told to the audit log once", async () => {
    const { user, organization } = await trySignUp();
    const { membership } = (await signedIn(core)).account;
    expect(membership).toMatchObject({ role: "admin", organization: { name: ADA.organizationName } });
    expect(user.publicId).toMatch(/^user_[0-9A-Za-z]{22}$/);
    expect(organization?.publicId).toMatch(/^org_[0-9A-Za-z]{22}$/);
    expect(core.db.audit[0]).toEqual({
      ...{ action: "user.registered", at: core.clock.now(), result: "success", actor: user.publicId },
      ...{ organization: organization?.publicId, target: user.publicId, requestId: "req_1" },
      ...{ address: "203.0.113.7", country: "SE", userAgent: "vitest" },
    });
  });

  it("stores the password sealed, and nowhere as it was typed", async () => {
    await trySignUp();
    const [user] = core.db.users.values();
    expect(user?.passwordHash).toMatch(/^1\.[\w-]{80,}$/);
    expect(JSON.stringify([...core.db.users.values(), core.db.audit, core.log.lines])).not.toContain(ADA.password);
  });

  it("with an address that has an account is email_taken, and the password stays the first one's", async () => {
    await signedUp(core);
    await expect(trySignUp({ password: "another long password" })).rejects.toMatchObject({ refusal: "email_taken" });
    await expect(signedIn(core)).resolves.toHaveProperty("session");
  });

  it.each([
    ["too short", "short"],
    ["common", "password123"],
    ["the address", ADA.email],
    ["the name", ADA.fullName],
  ])("with a password that is %s is weak_password, with the field, before any hash or limit", async (_why, weak) => {
    const kdf = vi.spyOn(crypto.subtle, "deriveBits");
    await expect(trySignUp({ password: weak })).rejects.toMatchObject({
      refusal: "weak_password",
      details: { field: "password", message: expect.any(String) },
    });
    expect(kdf).not.toHaveBeenCalled();
    expect(core.calls).toEqual([]);
    kdf.mockRestore();
  });

  it("counts the accounts that one client makes, not those that it is refused", async () => {
    await trySignUp();
    for (let n = 0; n < 5; n++) await expect(trySignUp()).rejects.toMatchObject({ refusal: "email_taken" });
    await trySignUp({ email: "bob@example.com" });
    await expect(trySignUp({ email: "eve@example.com" })).rejects.toMatchObject({ refusal: "too_many_requests" });
    const elsewhere = testCall({ address: "198.51.100.1" });
    await expect(signUp(core, { call: elsewhere, ...ADA, email: "eve@example.com" })).resolves.toBeDefined();
  });

  it("while storage is down is unavailable, and not counted", async () => {
    core.failing.add("users");
    for (let n = 0; n < 5; n++) await expect(trySignUp()).rejects.toMatchObject({ refusal: "unavailable" });
    core.failing.clear();
    await expect(trySignUp()).resolves.toBeDefined();
  });
});
