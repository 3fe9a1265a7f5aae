import type { Random } from "./bytes.ts";

const DRAWN_BYTES = 4;

/** `count` random decimal digits, 9 at most, each string as likely as any other. */
export function randomDigits({ count, random }: { count: number; random: Random }): string {
  const range = 10 ** count;
  // Above the last whole multiple of the range a remainder would favour the small numbers: drawn again.
  const fair = Math.floor(2 ** (8 * DRAWN_BYTES) / range) * range;
  if (fair === 0) throw new RangeError("at most 9 digits are drawn at once");
  for (;;) {
    const drawn = random(DRAWN_BYTES).reduce((number, byte) => number * 256 + byte, 0);
    if (drawn < fair) return String(drawn % range).padStart(count, "0");
  }
}
