import { expect, test } from "vitest";
import { base62, publicId, uuid } from "../../src/crypto/ids";

const filled = (byte: number) => (length: number) => new Uint8Array(length).fill(byte);

test("16 bytes are 22 digits of base 62, the least and the greatest too", () => {
  expect(base62(new Uint8Array(16))).toBe("0".repeat(22));
  expect(base62(new Uint8Array(16).fill(255))).toBe("7n42DGM5Tflk9n8mt7Fhc7");
  expect(base62(Uint8Array.of(61))).toBe("0z");
  expect(base62(Uint8Array.of(62))).toBe("10");
  expect(base62(new Uint8Array(0))).toBe("");
});

test("other bytes make another id of the same width", () => {
  const ids = Array.from({ length: 256 }, (_, byte) => base62(new Uint8Array(16).fill(byte)));
  expect(new Set(ids).size).toBe(256);
  expect(new Set(ids.map((id) => id.length))).toEqual(new Set([22]));
});

test("a public id is its prefix and 22 digits of the random bytes handed in", () => {
  expect(publicId({ prefix: "user", random: filled(7) })).toMatch(/^user_[0-9A-Za-z]{22}$/);
  expect(publicId({ prefix: "user", random: filled(7) })).not.toBe(publicId({ prefix: "user", random: filled(8) }));
});

test.each([
  [0x00, "00000000-0000-4000-8000-000000000000"],
  [0xff, "ffffffff-ffff-4fff-bfff-ffffffffffff"],
  [0x5a, "5a5a5a5a-5a5a-4a5a-9a5a-5a5a5a5a5a5a"],
])("a UUID of bytes 0x%x has the version and the variant of RFC 9562 §5.4", (byte, expected) => {
  expect(uuid(filled(byte))).toBe(expected);
});
