import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  base32,
  base64,
  base64Url,
  concat,
  decodeBase64Url,
  equalBytes,
  hex,
  sha256,
  text,
  utf8,
} from "../../src/crypto/bytes";

const bytesOf = (...values: number[]) => Uint8Array.from(values);

describe("text and bytes", () => {
  test("any well-formed text survives, a leading byte order mark too", () => {
    for (const written of ["", "plain", "héllo 🔑", "\uFEFFmarked", "\0"]) expect(text(utf8(written))).toBe(written);
  });

  test("bytes that are not UTF-8 throw instead of turning into U+FFFD", () => {
    for (const bytes of [bytesOf(0xff), bytesOf(0xc3), bytesOf(0xc0, 0x80), bytesOf(0xed, 0xa0, 0x80)]) {
      expect(() => text(bytes)).toThrow(TypeError);
    }
  });
});

describe("base32", () => {
  test("RFC 4648 §10 reads as printed there, without the padding", () => {
    const printed = {
      "": "",
      f: "MY",
      fo: "MZXQ",
      foo: "MZXW6",
      foob: "MZXW6YQ",
      fooba: "MZXW6YTB",
      foobar: "MZXW6YTBOI",
    };
    for (const [plain, encoded] of Object.entries(printed)) expect(base32(utf8(plain))).toBe(encoded);
  });

  test("any bytes are their bits in groups of five", () => {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
        const groups = bits.match(/.{1,5}/g) ?? [];
        const expected = groups.map((group) => digits.charAt(Number.parseInt(group.padEnd(5, "0"), 2)));
        expect(base32(bytes)).toBe(expected.join(""));
      }),
    );
  });
});

describe("base64url", () => {
  test("RFC 4648 §10 reads as printed there", () => {
    const printed = { "": "", f: "Zg", fo: "Zm8", foo: "Zm9v", foob: "Zm9vYg", fooba: "Zm9vYmE", foobar: "Zm9vYmFy" };
    for (const [plain, encoded] of Object.entries(printed)) {
      expect(base64Url(utf8(plain))).toBe(encoded);
      expect(text(decodeBase64Url(encoded))).toBe(plain);
    }
    expect(base64Url(bytesOf(0xfb, 0xff))).toBe("-_8");
    expect(base64(bytesOf(0xfb, 0xff))).toBe("+/8=");
  });

  test("any bytes survive", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(hex(decodeBase64Url(base64Url(bytes)))).toBe(hex(bytes));
      }),
    );
  });

  test("each byte string has one spelling: what decodes encodes to itself", () => {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spelled = [...digits].flatMap((a) => [...digits].map((b) => a + b));
    const taken = spelled.filter((two) => {
      try {
        return base64Url(decodeBase64Url(two)) === two;
      } catch {
        return false;
      }
    });
    expect(taken).toHaveLength(256);
    expect(() => decodeBase64Url("Zm9")).toThrow("canonical");
  });

  test.each([
    "Zg==",
    "Zg=",
    "Z",
    "Zm9vY",
    "Zm9v\n",
    " Zm9v",
    "Zm 9v",
    "+/8",
    "Zh",
    "Zm9=",
    "Zm9v\u0100",
    "=",
    "\u017f",
  ])("%j is refused without being repeated", (encoded) => {
    expect(() => decodeBase64Url(encoded)).toThrow(new TypeError("not canonical base64url"));
  });
});

describe("sha256", () => {
  test("the digests of FIPS 180-4's examples, of text and of bytes", () => {
    expect(hex(sha256("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hex(sha256(utf8("")))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  test("the runtime's own digest agrees, whatever the length", async () => {
    for (const length of [1, 55, 56, 63, 64, 65, 1_000]) {
      const bytes = new Uint8Array(length).fill(length);
      expect(hex(sha256(bytes))).toBe(hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))));
    }
  });
});

describe("equalBytes", () => {
  test("equal bytes are equal, and one changed bit anywhere is not", () => {
    const secret = sha256("secret");
    expect(equalBytes(secret, secret.slice())).toBe(true);
    for (let bit = 0; bit < secret.length * 8; bit++) {
      const changed = secret.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(equalBytes(secret, changed)).toBe(false);
    }
  });

  test("other lengths are unequal, not an error", () => {
    expect(equalBytes(bytesOf(1, 2), bytesOf(1, 2, 0))).toBe(false);
    expect(equalBytes(bytesOf(), bytesOf(0))).toBe(false);
    expect(equalBytes(bytesOf(), bytesOf())).toBe(true);
  });
});

test("concat joins in order and hex keeps leading zeros", () => {
  expect(hex(concat(bytesOf(0, 1), bytesOf(), bytesOf(0xff)))).toBe("0001ff");
  expect(concat()).toHaveLength(0);
});
