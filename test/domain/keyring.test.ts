import { jwtVerify, SignJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { ownEntry } from "../../src/domain/audit.ts";
import type { SigningKey } from "../../src/domain/ports/signing-keys.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

const KEY_A = `1:${"a".repeat(42)}A`;
const KEY_B = `2:${"b".repeat(42)}A`;

let core: MemoryCore;
beforeEach(() => {
  core = memoryCore({ MASTER_KEYS: KEY_A });
});

const ENTRY = ownEntry({ action: "signing_key.removed", at: 0, target: "" });

const reads = (of = core) => of.calls.filter((call) => call === "signingKeys.all").length;
const isolates = (count: number) => Array.from({ length: count }, () => memoryCore({ MASTER_KEYS: KEY_A }, core));
const signed = ({ kid, privateKey }: SigningKey) =>
  new SignJWT({ hello: "world" }).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);

/** A second key, made elsewhere: it stands in storage and verifies, and does not sign yet. */
async function publishAnother(): Promise<string> {
  const other = memoryCore({ MASTER_KEYS: KEY_A });
  const { kid } = await other.keyring.current();
  const [stored] = other.db.signingKeys;
  if (stored === undefined) throw new Error("no key was made");
  core.db.signingKeys.push({ ...stored, state: "next" });
  return kid;
}

describe("the first key", () => {
  it("is made at its first use, and not again", async () => {
    const { kid } = await core.keyring.current();
    const { keys } = await core.keyring.jwks();
    expect(keys.map((key) => key.kid)).toEqual([kid]);
    expect((await core.keyring.current()).kid).toBe(kid);
    expect(core.db.signingKeys).toHaveLength(1);
  });

  it("is one for 8 isolates that start at once, and each verifies what another signed", async () => {
    const started = isolates(8);
    const current = await Promise.all(started.map(({ keyring }) => keyring.current()));
    expect(new Set(current.map(({ kid }) => kid)).size).toBe(1);
    expect(core.db.signingKeys).toHaveLength(1);
    for (const [at, key] of current.entries()) {
      const verifying = await started[(at + 1) % 8]?.keyring.verifying(key.kid);
      if (!verifying) throw new Error("no such key");
      await expect(jwtVerify(await signed(key), verifying.publicKey)).resolves.toMatchObject({
        payload: { hello: "world" },
      });
    }
  });

  it("is published without its private half, for ES256 signatures alone", async () => {
    const { keys } = await core.keyring.jwks();
    expect(keys).toEqual([
      {
        ...{ kty: "EC", crv: "P-256", alg: "ES256", use: "sig" },
        ...{ kid: expect.stringMatching(/^[\w-]{43}$/), x: expect.any(String), y: expect.any(String) },
      },
    ]);
  });

  it("rests sealed, and its private half can't be taken out of memory", async () => {
    const { privateKey } = await core.keyring.current();
    expect(privateKey.extractable).toBe(false);
    expect(core.db.signingKeys[0]?.sealedPrivateJwk).toMatch(/^1\.[\w-]+$/);
    expect(core.db.signingKeys[0]?.publicJwk).not.toContain('"d"');
  });
});

it("a key that was taken away is followed by another: one, whoever asks first", async () => {
  const { kid } = await core.keyring.current();
  await core.signingKeys.remove({ kid, state: "current" }, ENTRY);
  core.clock.advance(60);
  const current = await Promise.all([core, ...isolates(4)].map(({ keyring }) => keyring.current()));
  expect(new Set(current.map((key) => key.kid)).size).toBe(1);
  expect(current[0]?.kid).not.toBe(kid);
  expect(await core.keyring.verifying(kid)).toBeNull();
});

describe("memory", () => {
  it("answers for 60 seconds without a read", async () => {
    const { kid } = await core.keyring.current();
    const before = reads();
    core.clock.advance(59);
    await core.keyring.current();
    await core.keyring.verifying(kid);
    await core.keyring.jwks();
    expect(reads()).toBe(before);
    core.clock.advance(1);
    await core.keyring.current();
    expect(reads()).toBe(before + 1);
  });

  it("keeps the private key that it has: a reload opens nothing again", async () => {
    const { privateKey } = await core.keyring.current();
    core.clock.advance(60);
    expect((await core.keyring.current()).privateKey).toBe(privateKey);
  });
});

describe("a key that isn't known", () => {
  it("is looked for in storage at most once in 5 seconds, whatever tokens name", async () => {
    await core.keyring.current();
    const before = reads();
    for (let n = 0; n < 20; n++) expect(await core.keyring.verifying(`invented-${n}`)).toBeNull();
    expect(reads()).toBe(before);
    core.clock.advance(5);
    for (let n = 0; n < 20; n++) expect(await core.keyring.verifying(`invented-${n}`)).toBeNull();
    expect(reads()).toBe(before + 1);
    core.clock.advance(4);
    expect(await core.keyring.verifying("invented")).toBeNull();
    expect(reads()).toBe(before + 1);
  });

  it("is found within 5 seconds when it was made elsewhere", async () => {
    await core.keyring.current();
    const kid = await publishAnother();
    expect(await core.keyring.verifying(kid)).toBeNull();
    core.clock.advance(5);
    expect(await core.keyring.verifying(kid)).toMatchObject({ publicKey: expect.any(CryptoKey) });
    expect((await core.keyring.jwks()).keys).toHaveLength(2);
  });

  it("is looked for once when 20 tokens with invented names come at the same time", async () => {
    await core.keyring.current();
    core.clock.advance(5);
    const before = reads();
    await Promise.all(Array.from({ length: 20 }, (_, n) => core.keyring.verifying(`invented-${n}`)));
    expect(reads()).toBe(before + 1);
  });
});

describe("while storage is down", () => {
  it("the keys live on: what verified a minute ago does still, a day later too", async () => {
    const key = await core.keyring.current();
    core.failing.add("signingKeys");
    core.clock.advance(86_400);
    expect(await core.keyring.verifying(key.kid)).toMatchObject({ publicKey: expect.any(CryptoKey) });
    expect((await core.keyring.jwks()).keys).toHaveLength(1);
  });

  it("an isolate signs on for five minutes: its key may be retired meanwhile, and nobody tells it", async () => {
    const key = await core.keyring.current();
    core.failing.add("signingKeys");
    core.clock.advance(299);
    expect((await core.keyring.current()).kid).toBe(key.kid);
    core.clock.advance(1);
    await expect(core.keyring.current()).rejects.toMatchObject({ refusal: "unavailable" });
    core.failing.clear();
    core.clock.advance(5);
    expect((await core.keyring.current()).kid).toBe(key.kid);
  });

  it("a kid that it doesn't know may then be a new one: unavailable, and no refusal of the token", async () => {
    await core.keyring.current();
    core.failing.add("signingKeys");
    core.clock.advance(299);
    expect(await core.keyring.verifying("unknown")).toBeNull();
    core.clock.advance(1);
    await expect(core.keyring.verifying("unknown")).rejects.toMatchObject({ refusal: "unavailable" });
  });

  it("an isolate that has no keys yet is unavailable, and recovers by itself", async () => {
    core.failing.add("signingKeys");
    for (const ask of [() => core.keyring.current(), () => core.keyring.verifying("k"), () => core.keyring.jwks()]) {
      await expect(ask()).rejects.toMatchObject({ refusal: "unavailable" });
    }
    core.failing.clear();
    await expect(core.keyring.current()).resolves.toHaveProperty("kid");
  });

  it("a rotation made meanwhile is seen afterwards", async () => {
    await core.keyring.current();
    core.failing.add("signingKeys");
    core.clock.advance(60);
    await core.keyring.current();
    const kid = await publishAnother();
    core.failing.clear();
    core.clock.advance(5);
    expect(await core.keyring.verifying(kid)).toMatchObject({ publicKey: expect.any(CryptoKey) });
  });

  it("storage is still asked at most once in 5 seconds, whatever tokens name", async () => {
    await core.keyring.current();
    core.failing.add("signingKeys");
    core.clock.advance(60);
    const before = reads();
    for (let n = 0; n < 20; n++) await core.keyring.verifying(`invented-${n}`);
    expect(reads()).toBeLessThanOrEqual(before + 1);
  });
});

describe("MASTER_KEYS", () => {
  it.each([
    ["a new key in front", `${KEY_B},${KEY_A}`],
    ["the same keys in another order", `${KEY_A},${KEY_B}`],
  ])("may be %s: the signing key opens as before", async (_what, keys) => {
    const { kid } = await core.keyring.current();
    const restarted = memoryCore({ MASTER_KEYS: keys }, core);
    const key = await restarted.keyring.current();
    expect(key.kid).toBe(kid);
    const verifying = await core.keyring.verifying(kid);
    if (verifying === null) throw new Error("no such key");
    await expect(jwtVerify(await signed(key), verifying.publicKey)).resolves.toBeDefined();
  });

  it("without the key that sealed it the signing key stays shut, and no other is made", async () => {
    await core.keyring.current();
    const restarted = memoryCore({ MASTER_KEYS: KEY_B }, core);
    await expect(restarted.keyring.current()).rejects.toThrow();
    expect(core.db.signingKeys).toHaveLength(1);
  });

  it("a sealed key that was copied to another row stays shut", async () => {
    await core.keyring.current();
    const [stored] = core.db.signingKeys;
    if (stored === undefined) throw new Error("no key was made");
    core.db.signingKeys[0] = { ...stored, kid: "another" };
    const restarted = memoryCore({ MASTER_KEYS: KEY_A }, core);
    await expect(restarted.keyring.current()).rejects.toThrow();
  });
});
