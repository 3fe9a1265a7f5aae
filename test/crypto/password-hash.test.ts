import { pbkdf2Sync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { base64Url, hex } from "../../src/crypto/bytes";
import {
  chainedPbkdf2,
  DEFAULT_ROUNDS,
  decoyHash,
  hashPassword,
  missingRounds,
  PasswordHashBroken,
  verifyPassword,
} from "../../src/crypto/password-hash";
import vectors from "../vectors/kdf-vectors.json";

const salt = new Uint8Array(16).fill(0x5a);
const password = "correct horse battery staple";

/** The chain again, by another implementation of PBKDF2. */
function chainByNode({ iterations, rounds }: { iterations: number; rounds: number }): string {
  let output = Buffer.from(salt);
  for (let round = 0; round < rounds; round++) output = pbkdf2Sync(password, output, iterations, 32, "sha256");
  return output.toString("base64url");
}

describe("the key derivation", () => {
  test.each(vectors.pbkdf2_sha256)("one round is plain PBKDF2: RFC 7914 §11, $P with $c iterations", async (vector) => {
    const output = await chainedPbkdf2({
      password: vector.P,
      salt: new TextEncoder().encode(vector.S),
      iterations: vector.c,
      rounds: 1,
    });
    // PBKDF2's first block doesn't depend on the length asked for
    expect(hex(output)).toBe(vector.hex.slice(0, 64));
  });

  test("stage n is salted with the output of stage n-1 and takes the password again", async () => {
    for (const rounds of [1, 2, 3, 6]) {
      const output = await chainedPbkdf2({ password, salt, iterations: 1_000, rounds });
      expect(base64Url(output)).toBe(chainByNode({ iterations: 1_000, rounds }));
    }
  });
});

describe("a stored hash", () => {
  test("says its scheme, version, cost and salt, and stays readable by later versions", async () => {
    const encoded = await hashPassword({ password, rounds: 2, salt });
    expect(encoded).toBe(
      `$pbkdf2-sha256-chain$v=1,i=100000,r=2$${base64Url(salt)}$${chainByNode({ iterations: 100_000, rounds: 2 })}`,
    );
  });

  test("takes its password and no other", async () => {
    const encoded = await hashPassword({ password, rounds: 1, salt });
    expect(await verifyPassword({ password, encoded })).toBe(true);
    for (const wrong of ["", `${password} `, password.toUpperCase(), password.slice(1)]) {
      expect(await verifyPassword({ password: wrong, encoded })).toBe(false);
    }
  });

  test("another salt makes another hash of the same password", async () => {
    const other = await hashPassword({ password, rounds: 1, salt: new Uint8Array(16) });
    expect(other.slice(-43)).not.toBe((await hashPassword({ password, rounds: 1, salt })).slice(-43));
  });

  test("is verified at the cost it was stored with", async () => {
    const cheap = `$pbkdf2-sha256-chain$v=1,i=1000,r=3$${base64Url(salt)}$${chainByNode({ iterations: 1_000, rounds: 3 })}`;
    expect(await verifyPassword({ password, encoded: cheap })).toBe(true);
    expect(await verifyPassword({ password, encoded: cheap.replace("r=3", "r=4") })).toBe(false);
  });

  test("is outdated when it cost less than today's cost, and never when it cost more", () => {
    expect(missingRounds(decoyHash(6), 6)).toBe(0);
    expect(missingRounds(decoyHash(5), 6)).toBe(1);
    expect(missingRounds(decoyHash(1), 32)).toBe(31);
    expect(missingRounds(decoyHash(7), 6)).toBe(0);
    expect(missingRounds(decoyHash(6).replace("i=100000", "i=99999"), 6)).toBe(1);
  });
});

describe("a corrupt stored hash throws, it isn't a wrong password", () => {
  const good = decoyHash(1);
  const hash = "A".repeat(43);
  test.each([
    ["nothing", ""],
    ["more than 100,000 iterations a call", good.replace("i=100000", "i=100001")],
    ["seven digits of iterations", good.replace("i=100000", "i=1000000")],
    ["more than 32 rounds", good.replace("r=1", "r=33")],
    ["no rounds", good.replace("r=1", "r=0")],
    ["no iterations", good.replace("i=100000", "i=0")],
    ["a leading zero", good.replace("r=1", "r=01")],
    ["another version", good.replace("v=1", "v=2")],
    ["another scheme", good.replace("chain", "plain")],
    ["a short salt", good.replace("A".repeat(22), "A".repeat(21))],
    ["a short hash", good.slice(0, -1)],
    ["a long hash", `${good}A`],
    ["a trailing newline", `${good}\n`],
    ["a salt with trailing bits", good.replace(`${"A".repeat(22)}$${hash}`, `${"A".repeat(21)}B$${hash}`)],
    ["a hash with trailing bits", `${good.slice(0, -1)}B`],
    ["padding", `${good.slice(0, -1)}=`],
  ])("%s", async (_, encoded) => {
    await expect(verifyPassword({ password, encoded })).rejects.toThrow(PasswordHashBroken);
    expect(() => missingRounds(encoded, 1)).toThrow(PasswordHashBroken);
  });

  test("what throws repeats neither the password nor the string", async () => {
    const encoded = `${good}CANARY-STORED`;
    const failure = await verifyPassword({ password: "CANARY-PASSWORD", encoded }).catch((error: Error) => error);
    expect(String(failure)).not.toContain("CANARY");
  });
});

describe("a new hash", () => {
  test.each([0, 33, 1.5, -1, Number.NaN])("of %d rounds is refused", async (rounds) => {
    await expect(hashPassword({ password, rounds, salt })).rejects.toThrow(RangeError);
    expect(() => decoyHash(rounds)).toThrow(RangeError);
  });

  test.each([0, 15, 17])("with a salt of %d bytes is refused", async (length) => {
    await expect(hashPassword({ password, rounds: 1, salt: new Uint8Array(length) })).rejects.toThrow(RangeError);
  });
});

/** Production's refusal: "Pbkdf2 failed: iteration counts above 100000 are not supported". Local workerd has none. */
function capLikeProduction(calls: number[]): void {
  const deriveBits = crypto.subtle.deriveBits.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "deriveBits").mockImplementation(async (algorithm, key, length) => {
    const iterations = typeof algorithm === "string" ? 0 : (algorithm.iterations ?? 0);
    calls.push(iterations);
    if (iterations > 100_000) {
      throw new DOMException("Pbkdf2 failed: iteration counts above 100000 are not supported", "NotSupportedError");
    }
    return deriveBits(algorithm, key, length ?? null);
  });
}

describe("under production's cap of 100,000 iterations a call", () => {
  let calls: number[];
  beforeEach(() => {
    calls = [];
    capLikeProduction(calls);
  });
  afterEach(() => void vi.restoreAllMocks());

  test("the stand-in for production does refuse one call of 600,000", async () => {
    const asked = chainedPbkdf2({ password, salt, iterations: 600_000, rounds: 1 });
    await expect(asked).rejects.toThrow("not supported");
  });

  test("hashing and verifying at the default cost make 600,000 iterations each, and no call goes above", async () => {
    const encoded = await hashPassword({ password, rounds: DEFAULT_ROUNDS, salt });
    expect(calls).toEqual(Array(6).fill(100_000));
    expect(await verifyPassword({ password, encoded })).toBe(true);
    expect(calls).toEqual(Array(12).fill(100_000));
  });

  test("an unknown account's decoy costs the same calls and takes no password", async () => {
    const encoded = decoyHash(DEFAULT_ROUNDS);
    expect(await verifyPassword({ password, encoded })).toBe(false);
    expect(calls).toEqual(Array(6).fill(100_000));
    expect(missingRounds(encoded, DEFAULT_ROUNDS)).toBe(0);
  });
});
