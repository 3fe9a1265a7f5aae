import { equalBytes, utf8 } from "./bytes.ts";

/** RFC 4226 §4, R6: 160 bits are recommended; it is also as much as HMAC-SHA-1 uses without hashing the key. */
export const TOTP_SECRET_BYTES = 20;

// What every authenticator app knows: some ignore other values of the otpauth URI, and would show wrong codes.
export const TOTP_DIGITS = 6;
export const TOTP_PERIOD_SECONDS = 30;

/** The time step of an instant (RFC 6238 §4.2, T0 = 0). */
export function timeStep(epochSeconds: number): number {
  return Math.floor(epochSeconds / TOTP_PERIOD_SECONDS);
}

/** HOTP-SHA-1 of the counter, or of the time step: six digits (RFC 4226 §5.3, RFC 6238 §4). */
export async function oneTimePassword(secret: Uint8Array, counter: number): Promise<string> {
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(counter));
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const tag = new DataView(await crypto.subtle.sign("HMAC", key, message.buffer));
  const offset = tag.getUint8(19) & 15;
  const number = tag.getUint32(offset) & 0x7fffffff;
  return String(number % 10 ** TOTP_DIGITS).padStart(TOTP_DIGITS, "0");
}

/**
 * The time step that the code is of: this one, the one before, or the one after (RFC 6238 §5.2: the code was typed late,
 * or the phone's clock is ahead), and later than `lastStep`, the last that was spent. Null when it is of none of them.
 */
export async function matchingStep(input: {
  secret: Uint8Array;
  code: string;
  /** epoch seconds */
  now: number;
  lastStep: number;
}): Promise<number | null> {
  const typed = utf8(input.code);
  const current = timeStep(input.now);
  let matching: number | null = null;
  // All three are compared whatever matches. Should one code be of two steps, the later one is spent, and so both are.
  for (const step of [current - 1, current, current + 1]) {
    const matches = equalBytes(utf8(await oneTimePassword(input.secret, step)), typed);
    if (matches && step > input.lastStep) matching = step;
  }
  return matching;
}
