import { hex, type Random } from "./bytes";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// 128 bits: not to be guessed, and no two alike before some 2^64 of them
const ID_BYTES = 16;

/** The bytes as one big-endian number in base 62, as wide as any number of that many bytes needs: 16 bytes make 22 digits. */
export function base62(bytes: Uint8Array): string {
  const width = Math.ceil((bytes.length * 8) / Math.log2(62));
  let rest = bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`);
  let digits = "";
  while (digits.length < width) {
    digits = DIGITS.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  return digits;
}

/** `user_` and 22 base62 digits: what it names can be read, which one it is can't be guessed. */
export function publicId({ prefix, random }: { prefix: string; random: Random }): string {
  return `${prefix}_${base62(random(ID_BYTES))}`;
}

/** A random UUID, version 4 (RFC 9562 §5.4): 122 random bits. */
export function uuid(random: Random): string {
  const digits = hex(random(ID_BYTES));
  // the version's digit is 4, the variant's one of 8, 9, a, b
  const variant = "89ab".charAt(Number.parseInt(digits.charAt(16), 16) & 3);
  const groups = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ];
  return groups.join("-");
}
