import { describe, expect, test } from "vitest";
import { qrCodeDataUri } from "../../src/domain/qr-code.ts";
import { scan } from "../qr.ts";

describe("a QR code", () => {
  test.each([
    ["one letter", "x"],
    ["an otpauth URI", `otpauth://totp/auth.example.com:ada%40example.com?secret=${"A".repeat(32)}&digits=6`],
    ["the longest address there is", `otpauth://totp/${"a".repeat(63)}:${"b".repeat(64)}%40${"c".repeat(189)}`],
  ])("of %s scans to it again", async (_name, text) => {
    expect(scan(await qrCodeDataUri(text)).text).toBe(text);
  });

  test("is square, with white around it", async () => {
    const { width, height } = scan(await qrCodeDataUri("x"));
    expect([width, height]).toEqual([(21 + 8) * 6, (21 + 8) * 6]);
  });
});
