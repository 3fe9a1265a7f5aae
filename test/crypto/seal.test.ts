import { env } from "cloudflare:workers";
import { createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { base64, base64Url, decodeBase64Url, hex, text, utf8 } from "../../src/crypto/bytes";
import { MasterKeysInvalid, PURPOSES, parseMasterKeys, SealBroken, Sealer } from "../../src/crypto/seal";

const bytesFrom = (start: number) => Uint8Array.from({ length: 32 }, (_, at) => start + at);
const oldKey = bytesFrom(1);
const newKey = bytesFrom(101);
const before = `1:${base64Url(oldKey)}`;
const after = `2:${base64Url(newKey)},${before}`;

function sealer(masterKeys = before): Sealer {
  let drawn = 0;
  return new Sealer({
    keys: parseMasterKeys(masterKeys),
    random: (length) => new Uint8Array(length).fill(++drawn),
  });
}

const secret = { purpose: "totp-secret", context: "user:42", plaintext: utf8("CANARY-PLAINTEXT") } as const;

describe("MASTER_KEYS", () => {
  test("the first makes, and base64url, base64 and white space around entries are taken", () => {
    const bytes = new Uint8Array(33).fill(0xfb).with(0, 1);
    const keys = parseMasterKeys(` 12:${base64Url(bytes)} , 3:${base64(new Uint8Array(32).fill(0xff).with(0, 1))}\n`);
    expect(keys.map((key) => [key.id, key.bytes.length])).toEqual([
      [12, 33],
      [3, 32],
    ]);
    expect(hex(keys[0].bytes)).toBe(hex(bytes));
  });

  test("the tests' own key is good", () => {
    expect(parseMasterKeys(String(Reflect.get(env, "MASTER_KEYS")))[0].bytes).toHaveLength(32);
  });

  const canary = base64Url(utf8("CANARY-CANARY-CANARY-CANARY-CANA"));
  test.each([
    ["is empty", ""],
    ["has no id", canary],
    ["has an empty entry", `1:${canary},`],
    ["has the id 0", `0:${canary}`],
    ["has a leading zero", `01:${canary}`],
    ["has a negative id", `-1:${canary}`],
    ["has an id that isn't a number", `one:${canary}`],
    ["has one id twice", `1:${canary},1:${canary}`],
    ["has a key of 31 bytes", `1:${base64Url(utf8("CANARY-CANARY-CANARY-CANARY-CAN"))}`],
    ["has a key of one byte repeated", `1:${base64Url(new Uint8Array(32).fill(7))}`],
    ["has another alphabet", `1:${canary}!`],
    ["has white space in a key", `1:${canary.slice(0, 20)} ${canary.slice(20)}`],
    ["has trailing bits", `1:${canary.slice(0, -1)}B`],
    ["has no key", "1:"],
  ])("that %s is refused without repeating the key", (_, masterKeys) => {
    let failure: unknown;
    try {
      parseMasterKeys(masterKeys);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(MasterKeysInvalid);
    expect(String(failure)).toContain("MASTER_KEYS");
    expect(String(failure)).not.toContain(canary.slice(0, 8));
  });
});

describe("a sealed thing", () => {
  test("opens to what was sealed, for every purpose and the empty plaintext", async () => {
    const box = sealer();
    for (const purpose of PURPOSES) {
      for (const plaintext of [new Uint8Array(0), utf8("x"), new Uint8Array(5_000).fill(9)]) {
        const sealed = await box.seal({ purpose, context: "user:42", plaintext });
        expect(sealed).toMatch(/^1\.[\w-]+$/);
        expect(hex(await box.open({ purpose, context: "user:42", sealed }))).toBe(hex(plaintext));
      }
    }
  });

  test("is HKDF-SHA-256 and AES-256-GCM as another implementation makes them", async () => {
    const sealed = await sealer().seal(secret);
    const body = Buffer.from(sealed.slice(2), "base64url");
    const key = Buffer.from(hkdfSync("sha256", oldKey, "", "latchkey/v1/seal/totp-secret", 32));
    const decipher = createDecipheriv("aes-256-gcm", key, body.subarray(0, 12));
    decipher.setAAD(Buffer.from("user:42")).setAuthTag(body.subarray(-16));
    expect(decipher.update(body.subarray(12, -16), undefined, "utf8") + decipher.final("utf8")).toBe(
      "CANARY-PLAINTEXT",
    );
  });

  test("never has the same iv twice, nor shows its plaintext", async () => {
    const box = sealer();
    const [one, two] = [await box.seal(secret), await box.seal(secret)];
    expect(one).not.toBe(two);
    expect(text(decodeBase64Url(one.slice(2)).filter((byte) => byte < 128))).not.toContain("CANARY");
  });

  test("is refused with any byte changed", async () => {
    const box = sealer();
    const body = decodeBase64Url((await box.seal(secret)).slice(2));
    for (let at = 0; at < body.length; at++) {
      const changed = body.with(at, (body[at] ?? 0) ^ 1);
      await expect(box.open({ ...secret, sealed: `1.${base64Url(changed)}` })).rejects.toThrow(SealBroken);
    }
  });

  test("is refused when cut, padded, spelled otherwise or named otherwise", async () => {
    const box = sealer();
    const sealed = await box.seal(secret);
    const mangled = ["", "1.", "1", sealed.slice(2), sealed.slice(0, -1), `${sealed}A`, `${sealed}=`, `0${sealed}`];
    for (const spelling of [...mangled, sealed.slice(0, 20), `3${sealed.slice(1)}`, `${sealed}\n`, ` ${sealed}`]) {
      await expect(box.open({ ...secret, sealed: spelling })).rejects.toThrow(SealBroken);
    }
  });

  test("opens under its own purpose and context alone", async () => {
    const box = sealer();
    const sealed = await box.seal(secret);
    for (const purpose of PURPOSES.filter((other) => other !== secret.purpose)) {
      await expect(box.open({ ...secret, purpose, sealed })).rejects.toThrow(SealBroken);
    }
    for (const context of ["user:43", "user:4", "", "USER:42"]) {
      await expect(box.open({ ...secret, context, sealed })).rejects.toThrow(SealBroken);
    }
  });

  test("that doesn't open says nothing of the plaintext, the text or the key", async () => {
    const sealed = await sealer().seal(secret);
    const otherKey = new Sealer({ keys: parseMasterKeys(`1:${base64Url(newKey)}`), random: () => new Uint8Array(12) });
    const failures = [
      await otherKey.open({ ...secret, sealed }).catch((error: unknown) => error),
      await sealer()
        .open({ ...secret, context: "CANARY", sealed })
        .catch((error: unknown) => error),
      await sealer()
        .open({ ...secret, sealed: "CANARY" })
        .catch((error: unknown) => error),
      await sealer()
        .open({ ...secret, sealed: `9${sealed}` })
        .catch((error: unknown) => error),
    ];
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(SealBroken);
      const said = failure instanceof Error ? `${failure} ${failure.cause}` : "";
      for (const hidden of ["CANARY", sealed.slice(2, 12), base64Url(oldKey), base64Url(newKey), hex(oldKey)]) {
        expect(said).not.toContain(hidden);
      }
    }
  });
});

describe("rotation", () => {
  test("what the old key sealed still opens, and the new key seals", async () => {
    const old = await sealer(before).seal(secret);
    const rotated = sealer(after);
    expect(text(await rotated.open({ ...secret, sealed: old }))).toBe("CANARY-PLAINTEXT");
    const renewed = await rotated.seal(secret);
    await expect(sealer(before).open({ ...secret, sealed: renewed })).rejects.toThrow("no master key 2");
  });

  test("key 1 isn't taken for key 12", async () => {
    const twelve = sealer(`12:${base64Url(newKey)}`);
    await expect(twelve.open({ ...secret, sealed: await sealer(before).seal(secret) })).rejects.toThrow(
      /no master key 1$/,
    );
    const sealed = await twelve.seal(secret);
    await expect(sealer(before).open({ ...secret, sealed })).rejects.toThrow("no master key 12");
  });

  test("a tag made under the old key still matches, and new tags carry the new key's id", async () => {
    const message = "session:7";
    const old = await sealer(before).mac({ purpose: "refresh-token", message });
    const rotated = sealer(after);
    expect(old.keyId).toBe(1);
    expect(await rotated.macMatches({ purpose: "refresh-token", message, ...old })).toBe(true);
    expect((await rotated.mac({ purpose: "refresh-token", message })).keyId).toBe(rotated.currentKeyId);
    expect(hex((await rotated.mac({ purpose: "refresh-token", message, keyId: 1 })).tag)).toBe(hex(old.tag));
  });
});

describe("a mac", () => {
  const refresh = { purpose: "refresh-token", message: "session:7.3" } as const;

  test("is HKDF-SHA-256 and HMAC-SHA-256 as another implementation makes them, of text and of bytes", async () => {
    const key = Buffer.from(hkdfSync("sha256", oldKey, "", "latchkey/v1/mac/refresh-token", 32));
    const expected = createHmac("sha256", key).update("session:7.3").digest("hex");
    const { tag } = await sealer().mac(refresh);
    expect(hex(tag)).toBe(expected);
    expect(hex((await sealer().mac({ ...refresh, message: utf8("session:7.3") })).tag)).toBe(expected);
  });

  test("matches its own message, purpose and key alone", async () => {
    const box = sealer(after);
    const made = await box.mac(refresh);
    expect(await box.macMatches({ ...refresh, ...made })).toBe(true);
    expect(await box.macMatches({ ...refresh, ...made, message: "session:7.4" })).toBe(false);
    expect(await box.macMatches({ ...refresh, ...made, keyId: 1 })).toBe(false);
    expect(await box.macMatches({ ...refresh, ...made, keyId: 9 })).toBe(false);
    for (const purpose of PURPOSES.filter((other) => other !== refresh.purpose)) {
      expect(await box.macMatches({ ...refresh, ...made, purpose })).toBe(false);
    }
  });

  test("doesn't match with any byte changed, cut or empty", async () => {
    const box = sealer();
    const { keyId, tag } = await box.mac(refresh);
    const changed = Array.from(tag, (byte, at) => tag.with(at, byte ^ 1));
    for (const other of [...changed, tag.slice(1), tag.slice(0, 16), new Uint8Array(0), new Uint8Array(32)]) {
      expect(await box.macMatches({ ...refresh, keyId, tag: other })).toBe(false);
    }
  });

  test("under an unknown key isn't made", async () => {
    await expect(sealer().mac({ ...refresh, keyId: 2 })).rejects.toThrow(SealBroken);
  });
});

describe("derived keys", () => {
  afterEach(() => void vi.restoreAllMocks());

  test("are made once a purpose and key, and not at all before they are used", async () => {
    const derive = vi.spyOn(crypto.subtle, "deriveKey");
    const box = sealer(after);
    expect(derive).toHaveBeenCalledTimes(0);
    for (let again = 0; again < 3; again++) await box.open({ ...secret, sealed: await box.seal(secret) });
    expect(derive).toHaveBeenCalledTimes(1);
    await box.mac({ purpose: "totp-secret", message: "" });
    await box.mac({ purpose: "totp-secret", message: "", keyId: 1 });
    expect(derive).toHaveBeenCalledTimes(3);
  });

  test("a failed derivation isn't kept: the next try derives again", async () => {
    const box = sealer();
    vi.spyOn(crypto.subtle, "deriveKey").mockRejectedValueOnce(new Error("the runtime is busy"));
    await expect(box.seal(secret)).rejects.toThrow("busy");
    expect(await box.seal(secret)).toMatch(/^1\./);
  });
});
