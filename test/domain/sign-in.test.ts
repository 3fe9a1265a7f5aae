import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { verifyAccessToken } from "../../src/domain/access-token.ts";
import { limitKeyOf } from "../../src/domain/attempt.ts";
import { AuthError } from "../../src/domain/error.ts";
import { signIn } from "../../src/domain/sign-in.ts";
import { ADA, inCall, signedIn, signedUp, testCall } from "../memory/call.ts";
import { type MemoryCore, memoryCore, type Part } from "../memory/core.ts";

let core: MemoryCore;
beforeEach(async () => {
  core = memoryCore();
  await signedUp(core);
  await core.keyring.current();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const { email, password } = ADA;
const attemptWith = (tried: { email?: string; password?: string }, on = core) =>
  inCall((call) => signIn(on, { call, email, password, ...tried }));
const storedHash = () => [...core.db.users.values()][0]?.passwordHash;

/** All that an attacker could tell two refusals by: words, work, questions, limits and traces. */
async function traceOf(tried: { email?: string; password?: string }) {
  const kdf = vi.spyOn(crypto.subtle, "deriveBits");
  core.calls.length = 0;
  const audited = core.db.audit.length;
  const call = testCall();
  const error: unknown = await signIn(core, { call, email, password, ...tried }).catch((thrown: unknown) => thrown);
  await call.settled();
  if (!(error instanceof AuthError)) throw new Error("it was not refused");
  const trace = {
    refusal: error.refusal,
    details: error.details,
    work: kdf.mock.calls.map(([algorithm]) => (algorithm as SubtleCryptoDeriveKeyAlgorithm).iterations),
    calls: [...core.calls],
    limits: call.limits.map(({ limit, remaining, resetSeconds }) => [limit.name, remaining, resetSeconds]),
    audited: core.db.audit.length - audited,
  };
  kdf.mockRestore();
  return trace;
}

describe("the right password", () => {
  it("opens a session with a token that is good for an hour", async () => {
    const { account, session, access } = await signedIn(core);
    expect(account.user).toMatchObject({ email, fullName: "Ada Lovelace" });
    expect(account.membership).toMatchObject({ role: "admin", organization: { name: "Analytical Engines" } });
    const now = core.clock.now();
    expect(session).toMatchObject({
      ...{ clientId: "datix", createdAt: now, expiresAt: now + 30 * 86_400, amr: ["pwd"] },
      ...{ address: "203.0.113.7", country: "SE", userAgent: "vitest" },
    });
    expect(access.expiresInSeconds).toBe(3_600);
    expect(await verifyAccessToken(core, access.token)).toEqual({
      ...{ kind: "user", subject: account.user.publicId, sessionId: session.id },
      ...{ organization: account.membership?.organization.publicId, role: "admin", expiresAt: now + 3_600 },
    });
  });

  it("is told to the audit log once, as the opening of that session", async () => {
    const before = core.db.audit.length;
    const { account, session } = await signedIn(core);
    expect(core.db.audit.slice(before)).toEqual([
      {
        ...{ action: "session.opened", at: core.clock.now(), result: "success", actor: account.user.publicId },
        ...{ organization: account.membership?.organization.publicId, target: session.id, requestId: "req_1" },
        ...{ address: "203.0.113.7", country: "SE", userAgent: "vitest" },
      },
    ]);
  });

  it("is the same however a keyboard composed it", async () => {
    await signedUp(core, { email: "zoe@example.com", password: "Zo\u00eb's \u212bngstr\u00f6m" });
    await expect(
      signedIn(core, { email: "zoe@example.com", password: "Zoe\u0308's A\u030angstro\u0308m" }),
    ).resolves.toHaveProperty("session");
  });

  it("gives each login a session of its own", async () => {
    const [one, two] = [await signedIn(core), await signedIn(core)];
    expect(one.session.id).not.toBe(two.session.id);
    expect(one.access.token).not.toBe(two.access.token);
    expect(core.db.sessions.size).toBe(2);
  });

  it("gives a token that ends with the session, not after it", async () => {
    const brief = memoryCore({ SESSION_TTL_SECONDS: 90 }, core);
    const { access, session } = await signedIn(brief);
    expect(access.expiresInSeconds).toBe(90);
    expect((await verifyAccessToken(brief, access.token)).expiresAt).toBe(session.expiresAt);
  });
});

describe("a wrong password and an unknown address", () => {
  it("are one refusal: the same words, work, questions, limits and traces", async () => {
    const wrong = await traceOf({ password: "wrong horse battery" });
    const unknown = await traceOf({ email: "nobody@example.com" });
    // the client's own limit has gone down by the first of the two
    expect(wrong.limits[1]?.[1]).toBe(99);
    expect(unknown.limits[1]?.[1]).toBe(98);
    expect({ ...unknown, limits: unknown.limits[0] }).toEqual({ ...wrong, limits: wrong.limits[0] });
    expect(wrong).toMatchObject({ refusal: "wrong_credentials", details: {}, work: [100_000], audited: 1 });
    expect(wrong.calls).toEqual(["limiter.reserve", "limiter.reserve", "users.credentialByEmail", "auditLog.write"]);
  });

  it("cost the rounds that are set, both", async () => {
    core = memoryCore({ PASSWORD_HASH_ROUNDS: 3 });
    await signedUp(core);
    const rounds = [100_000, 100_000, 100_000];
    expect((await traceOf({ password: "wrong horse battery" })).work).toEqual(rounds);
    expect((await traceOf({ email: "nobody@example.com" })).work).toEqual(rounds);
  });

  it("are alike for an account that has no password", async () => {
    const wrong = await traceOf({ password: "wrong horse battery" });
    for (const [id, user] of core.db.users) core.db.users.set(id, { ...user, passwordHash: null });
    const without = await traceOf({});
    expect({ ...without, limits: null }).toEqual({ ...wrong, limits: null });
  });

  it("are alike when the password is far too long, which is not hashed at its length", async () => {
    const digest = vi.spyOn(crypto.subtle, "importKey");
    const wrong = await traceOf({ password: "x".repeat(1_000_000) });
    expect(wrong).toMatchObject({ refusal: "wrong_credentials", work: [100_000] });
    const longest = Math.max(...digest.mock.calls.map(([, key]) => (key as Uint8Array).byteLength ?? 0));
    expect(longest).toBeLessThanOrEqual(1_024);
  });

  it("are told to the audit log as a failure, with the account that was tried and its organization if there is one", async () => {
    await attemptWith({ password: "wrong horse battery" }).catch(() => undefined);
    await attemptWith({ email: "nobody@example.com" }).catch(() => undefined);
    const failure = { action: "login.failed", result: "failure", actor: null };
    const [user] = core.db.users.values();
    const organization = core.db.members[0]?.organization.publicId;
    expect(core.db.audit.slice(-2)).toEqual([
      expect.objectContaining({ ...failure, organization, target: user?.publicId }),
      expect.objectContaining({ ...failure, organization: null, target: null }),
    ]);
  });

  it("are refused alike when the audit log is down: the answer doesn't wait for it", async () => {
    core.failing.add("auditLog");
    const call = testCall();
    const refused = signIn(core, { call, email, password: "wrong horse battery" });
    await expect(refused).rejects.toMatchObject({ refusal: "wrong_credentials" });
    await expect(call.settled()).rejects.toMatchObject({ refusal: "unavailable" });
  });
});

describe("guesses", () => {
  const guess = (tried: { email?: string } = {}) =>
    attemptWith({ password: "wrong horse battery", ...tried }).then(
      () => null,
      (error: AuthError) => error.refusal,
    );

  it.each([email, "nobody@example.com"])("of %s are 10, then the account is closed for a while", async (tried) => {
    for (let n = 0; n < 10; n++) expect(await guess({ email: tried })).toBe("wrong_credentials");
    expect(await guess({ email: tried })).toBe("too_many_requests");
    core.clock.advance(1_000);
    expect(await guess({ email: tried })).toBe("wrong_credentials");
  });

  it("that are refused for their number cost no hash, and the right password is refused with them", async () => {
    for (let n = 0; n < 10; n++) await guess();
    const kdf = vi.spyOn(crypto.subtle, "deriveBits");
    await expect(attemptWith({})).rejects.toMatchObject({ refusal: "too_many_requests" });
    expect(kdf).not.toHaveBeenCalled();
  });

  it("of one account leave the others open", async () => {
    for (let n = 0; n < 11; n++) await guess({ email: "nobody@example.com" });
    await expect(attemptWith({})).resolves.toHaveProperty("session");
  });

  it("that were right are not counted", async () => {
    for (let n = 0; n < 25; n++) await signedIn(core);
    expect(await guess()).toBe("wrong_credentials");
  });
});

describe("a fault of ours", () => {
  const budget = async () => {
    const { limits } = core.settings;
    const probe = await core.limiter.reserve(limits["login:account"], limitKeyOf(email), core.clock.now());
    await core.limiter.giveBack(probe);
    return probe.remaining + 1;
  };

  it.each<Part>(["users", "sessions", "limiter"])(
    "%s down is unavailable, never a wrong password, and opens no session",
    async (part) => {
      core.failing.add(part);
      await expect(attemptWith({})).rejects.toMatchObject({ refusal: "unavailable" });
      core.failing.clear();
      expect(core.db.sessions.size).toBe(0);
      expect(await budget()).toBe(10);
    },
  );

  it("of the signing keys leaves no session behind", async () => {
    const cold = memoryCore({}, core);
    cold.failing.add("signingKeys");
    await expect(attemptWith({}, cold)).rejects.toMatchObject({ refusal: "unavailable" });
    expect(core.db.sessions.size).toBe(0);
  });

  it("a stored hash that doesn't open is no wrong password, and isn't counted", async () => {
    const [[id, user] = []] = core.db.users;
    if (id === undefined || user === undefined) throw new Error("no user");
    core.db.users.set(id, { ...user, publicId: "user_another" });
    const error: unknown = await attemptWith({}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "SealBroken" });
    expect(await budget()).toBe(10);
  });
});

describe("a hash that costs less than today's", () => {
  it("is replaced after a login", async () => {
    const restarted = memoryCore({ PASSWORD_HASH_ROUNDS: 2 }, core);
    const before = storedHash();
    await signedIn(restarted);
    const upgraded = storedHash();
    expect(upgraded).not.toBe(before);
    await signedIn(restarted);
    expect(storedHash()).toBe(upgraded);
  });

  it("is meant by its rounds alone: what an older master key sealed costs a login nothing more, and waits for the cron trigger", async () => {
    const rotated = memoryCore({ MASTER_KEYS: `2:${"n".repeat(42)}A,1:${"k".repeat(42)}A` }, core);
    const before = storedHash();
    const kdf = vi.spyOn(crypto.subtle, "deriveBits");
    await signedIn(rotated);
    expect(kdf).toHaveBeenCalledTimes(1);
    expect(storedHash()).toBe(before);
  });

  it("stays when the password was wrong, or is as good as today's", async () => {
    const restarted = memoryCore({ PASSWORD_HASH_ROUNDS: 2 }, core);
    const before = storedHash();
    await attemptWith({ password: "wrong horse battery" }, restarted).catch(() => undefined);
    await signedIn(core);
    expect(storedHash()).toBe(before);
  });

  it("a password that was changed meanwhile wins over the replacement", async () => {
    const restarted = memoryCore({ PASSWORD_HASH_ROUNDS: 2 }, core);
    const call = testCall();
    const held: (() => void)[] = [];
    const { upgradePasswordHash } = restarted.users;
    const users = {
      ...restarted.users,
      credentialByEmail: restarted.users.credentialByEmail,
      async upgradePasswordHash(change: Parameters<typeof upgradePasswordHash>[0]) {
        await new Promise<void>((resolve) => held.push(resolve));
        return upgradePasswordHash(change);
      },
    };
    await signIn({ ...restarted, users }, { call, email, password });
    const [[id, user] = []] = core.db.users;
    if (id === undefined || user === undefined) throw new Error("no user");
    await vi.waitUntil(() => held.length > 0);
    core.db.users.set(id, { ...user, passwordHash: "1.changed" as NonNullable<typeof user.passwordHash> });
    held[0]?.();
    await call.settled();
    expect(storedHash()).toBe("1.changed");
  });
});
