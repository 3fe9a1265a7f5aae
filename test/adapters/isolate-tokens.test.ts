import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { IsolateTokens } from "../../src/adapters/isolate-tokens.ts";
import { verifyAccessToken } from "../../src/domain/access-token.ts";
import { TokenRefused } from "../../src/domain/token-refused.ts";
import { signedIn, signedUp } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

const AT_MOST = 10_000;

describe("the memory of verified tokens", () => {
  const claims = { iss: "i", aud: "a", sub: "s", iat: 100, exp: 200 };
  const proving = () => vi.fn(async () => ({ kid: "k", claims }));

  it("asks for a proof once, and says the same from then on", async () => {
    const memory = new IsolateTokens();
    const prove = proving();
    for (const now of [100, 101, 199]) {
      expect(await memory.verified("t", now, prove)).toMatchObject({ kid: "k", claims });
    }
    expect(prove).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["the second it expires", 200],
    ["when the clock was turned back behind its proof", 99],
  ])("asks again %s", async (_when, now) => {
    const memory = new IsolateTokens();
    await memory.verified("t", 100, proving());
    const again = proving();
    await memory.verified("t", now, again);
    expect(again).toHaveBeenCalledTimes(1);
  });

  it("keeps nothing of a token that is refused, not even of one that was good before", async () => {
    const memory = new IsolateTokens();
    const refuse = vi.fn(() => Promise.reject(new TokenRefused("expired")));
    await expect(memory.verified("bad", 100, refuse)).rejects.toThrow("expired");
    await memory.verified("t", 100, proving());
    await expect(memory.verified("t", 200, refuse)).rejects.toThrow("expired");
    expect(memory.size).toBe(0);
  });

  it("knows a token by all of its characters", async () => {
    const memory = new IsolateTokens();
    await memory.verified("token", 100, proving());
    for (const other of ["Token", "toke", "tokem", "token ", "token\0", "tok\ud800en", ""]) {
      const prove = proving();
      await memory.verified(other, 100, prove);
      expect(prove, JSON.stringify(other)).toHaveBeenCalledTimes(1);
    }
  });

  it("keeps nothing of what is longer than a token may be", async () => {
    const memory = new IsolateTokens();
    await memory.verified("x".repeat(8_193), 100, proving());
    expect(memory.size).toBe(0);
    await memory.verified("x".repeat(8_192), 100, proving());
    expect(memory.size).toBe(1);
  });

  it("of 20,000 tokens it holds the newest 10,000", async () => {
    const memory = new IsolateTokens();
    let most = 0;
    for (let n = 0; n < 2 * AT_MOST; n++) {
      await memory.verified(`t${n}`, 100, async () => ({ kid: "k", claims }));
      most = Math.max(most, memory.size);
    }
    expect(most).toBe(AT_MOST);
    const prove = proving();
    await memory.verified(`t${AT_MOST}`, 100, prove);
    await memory.verified(`t${2 * AT_MOST - 1}`, 100, prove);
    expect(prove).not.toHaveBeenCalled();
    await memory.verified(`t${AT_MOST - 1}`, 100, prove);
    expect(prove).toHaveBeenCalledTimes(1);
  });
});

describe("an access token that was verified before", () => {
  let core: MemoryCore;
  let token: string;
  let verify: MockInstance<typeof crypto.subtle.verify>;
  const refused = (why: string) => ({ refusal: "unauthenticated", message: expect.stringContaining(why) });
  beforeEach(async () => {
    core = memoryCore();
    await signedUp(core);
    token = (await signedIn(core)).access.token;
    await verifyAccessToken(core, token);
    verify = vi.spyOn(crypto.subtle, "verify");
  });
  afterEach(() => {
    verify.mockRestore();
  });

  it("is known without its signature being verified again, with the same claims", async () => {
    const first = await verifyAccessToken(memoryCore({}, core), token);
    expect(verify).toHaveBeenCalledTimes(1);
    expect(await verifyAccessToken(core, token)).toEqual(first);
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it("is refused as expired, as on an isolate that never saw it, the second it expires", async () => {
    core.clock.advance(3_599);
    await expect(verifyAccessToken(core, token)).resolves.toBeDefined();
    core.clock.advance(1);
    await expect(verifyAccessToken(core, token)).rejects.toMatchObject(refused("token: expired"));
    await expect(verifyAccessToken(core, token)).rejects.toMatchObject({ cause: { claims: { kind: "user" } } });
  });

  it("is refused with any one of its characters changed", async () => {
    for (let at = 0; at < token.length; at += 7) {
      const changed = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
      await expect(verifyAccessToken(core, changed), `${at}`).rejects.toMatchObject({ refusal: "unauthenticated" });
    }
    for (const changed of [`${token}A`, `${token}.`, ` ${token}`, token.slice(0, -1)]) {
      await expect(verifyAccessToken(core, changed)).rejects.toMatchObject({ refusal: "unauthenticated" });
    }
    await expect(verifyAccessToken(core, token)).resolves.toBeDefined();
  });

  it("is refused once its key was removed, within the minute that keys are remembered", async () => {
    await core.keyring.current();
    core.db.signingKeys.length = 0;
    core.clock.advance(59);
    await expect(verifyAccessToken(core, token)).resolves.toBeDefined();
    core.clock.advance(1);
    await expect(verifyAccessToken(core, token)).rejects.toMatchObject(refused("token: unknown_key"));
  });

  it("is refused when its key was retired before it was issued", async () => {
    core.clock.advance(1_000);
    const { kid, privateKey } = await core.keyring.current();
    const { issuer, audience } = core.settings;
    const late = await new SignJWT({ client_id: "datix", jti: "j", kind: "user", sid: "s", sub: "user_1" })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(core.clock.now())
      .setExpirationTime(core.clock.now() + 600)
      .sign(privateKey);
    await expect(verifyAccessToken(core, late)).resolves.toBeDefined();

    const [key] = core.db.signingKeys.splice(0);
    if (key === undefined) throw new Error("there is no key");
    core.db.signingKeys.push({ ...key, state: "retired", since: core.clock.now() - 900, sealedPrivateJwk: "" });
    core.clock.advance(60);
    await expect(verifyAccessToken(core, late)).rejects.toMatchObject(refused("token: retired_key"));
    await expect(verifyAccessToken(core, token)).resolves.toBeDefined();
  });
});
