import { describe, expect, test } from "vitest";
import { systemRandom } from "../../src/adapters/world.ts";
import { randomDigits } from "../../src/crypto/digits.ts";

/** Hands out the numbers in turn, as the four bytes that they are. */
function drawing(...numbers: readonly number[]) {
  const left = [...numbers];
  return (length: number) => {
    expect(length).toBe(4);
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, left.shift() ?? Number.NaN);
    return new Uint8Array(view.buffer);
  };
}

describe("random digits", () => {
  test("keep their leading zeros", () => {
    expect(randomDigits({ count: 8, random: drawing(1_234_567) })).toBe("01234567");
    expect(randomDigits({ count: 6, random: drawing(0) })).toBe("000000");
  });

  test("are drawn again where a remainder would favour the small ones", () => {
    expect(randomDigits({ count: 8, random: drawing(4_199_999_999) })).toBe("99999999");
    expect(randomDigits({ count: 8, random: drawing(4_200_000_000, 0xffffffff, 42) })).toBe("00000042");
  });

  test("are of every kind in every place", () => {
    const drawn = Array.from({ length: 500 }, () => randomDigits({ count: 8, random: systemRandom }));
    expect(drawn.every((digits) => /^\d{8}$/.test(digits))).toBe(true);
    for (let place = 0; place < 8; place++) {
      expect(new Set(drawn.map((digits) => digits.charAt(place))).size).toBe(10);
    }
  });

  test("are 9 at most", () => {
    expect(randomDigits({ count: 9, random: drawing(999_999_999) })).toBe("999999999");
    expect(() => randomDigits({ count: 10, random: systemRandom })).toThrow(RangeError);
  });
});
