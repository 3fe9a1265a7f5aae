import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/crypto/bytes.ts";
import { matchingStep, oneTimePassword, timeStep } from "../../src/crypto/totp.ts";
import vectors from "../vectors/totp.json";

const secret = utf8(vectors.secrets_ascii.sha1);

describe("one-time passwords", () => {
  test.each(vectors.hotp6)("RFC 4226 appendix D: counter $counter is $otp", async ({ counter, otp }) => {
    expect(await oneTimePassword(secret, counter)).toBe(otp);
  });

  const sha1 = vectors.totp8.filter(({ algo }) => algo === "sha1");
  test.each(sha1)("RFC 6238 appendix B: at $time the code ends in $otp6", async ({ time, T_hex, otp6 }) => {
    expect(timeStep(time)).toBe(Number.parseInt(T_hex, 16));
    expect(await oneTimePassword(secret, timeStep(time))).toBe(otp6);
  });
});

describe("the matching step", () => {
  const now = 1_111_111_111;
  const current = timeStep(now);
  const matching = async (step: number, lastStep = 0) =>
    matchingStep({ secret, code: await oneTimePassword(secret, step), now, lastStep });

  test("is this one, the one before or the one after, and no other", async () => {
    expect(await Promise.all([-2, -1, 0, 1, 2].map((skew) => matching(current + skew)))).toEqual([
      ...[null, current - 1, current, current + 1, null],
    ]);
  });

  test("is none that was spent, nor any before it", async () => {
    expect(await matching(current, current - 1)).toBe(current);
    expect(await matching(current, current)).toBeNull();
    expect(await matching(current - 1, current)).toBeNull();
    expect(await matching(current + 1, current)).toBe(current + 1);
  });

  test.each(["", "81804", "0081804", " 081804", "081804\n", "０８１８０４"])("of %j is none", async (code) => {
    expect(await oneTimePassword(secret, timeStep(1_111_111_109))).toBe("081804");
    expect(await matchingStep({ secret, code, now: 1_111_111_109, lastStep: 0 })).toBeNull();
  });
});
