import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

// Standard globals and @noble/hashes alone: the client library runs this file in Node and in browsers too.

export type Bytes = Uint8Array<ArrayBuffer>;

/** A source of `length` unpredictable bytes: the world's, so it is handed in and never imported. */
export type Random = (length: number) => Uint8Array;

const encoder = new TextEncoder();
// ignoreBOM keeps a leading U+FEFF: text(utf8(x)) is x, whatever x begins with
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8. A lone surrogate becomes U+FFFD (WHATWG Encoding): where that matters, refuse it before. */
export function utf8(text: string): Bytes {
  return encoder.encode(text) as Bytes;
}

/** The reverse of `utf8`; throws a TypeError on bytes that are not UTF-8. */
export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** RFC 4648 §4, with padding. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** RFC 4648 §5, without padding (RFC 7515 §2). */
export function base64Url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The one spelling of each byte string: no padding, no white space, the right alphabet, zero trailing bits (RFC 4648 §3.5).
 * Two spellings of one signature would make two tokens of one. Throws a TypeError that never repeats the input.
 */
export function decodeBase64Url(text: string): Bytes {
  // atob alone would take padding, white space and the other alphabet
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) throw new TypeError("not canonical base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  // a plain loop: Uint8Array.from with a callback takes twenty times as long, and every token comes through here
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  const leftover = text.length % 4;
  if (leftover !== 0 && base64Url(bytes.subarray(-(leftover - 1))) !== text.slice(-leftover)) {
    throw new TypeError("not canonical base64url");
  }
  return bytes;
}

const BASE32_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 §6 in upper case, without padding: the form in which authenticator apps take a secret. */
export function base32(bytes: Uint8Array): string {
  let digits = "";
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) digits += BASE32_DIGITS.charAt((pending >> (bits - 5)) & 31);
    pending &= 15; // at most four bits are left over
  }
  return bits === 0 ? digits : digits + BASE32_DIGITS.charAt((pending << (5 - bits)) & 31);
}

/** Lower case, two digits a byte. */
export function hex(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes) digits += byte.toString(16).padStart(2, "0");
  return digits;
}

/** 32 bytes, at once: no promise, so that the hot path stays synchronous. A string is taken as UTF-8. */
export function sha256(data: Uint8Array | string): Bytes {
  return nobleSha256(typeof data === "string" ? utf8(data) : data) as Bytes;
}

/**
 * The one comparison of secrets. Both sides are hashed first: neither their lengths nor the place of the first
 * difference shows in the time, and what does show is about digests that nobody can choose.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  const left = sha256(a);
  const right = sha256(b);
  let difference = 0;
  for (const [at, byte] of left.entries()) difference |= byte ^ (right[at] ?? 0xff);
  return difference === 0;
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
