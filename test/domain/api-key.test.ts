import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemRandom } from "../../src/adapters/world.ts";
import { keySecretHash, newKeySecret, shownStart } from "../../src/domain/api-key.ts";

const SEED = { seed: 20_241_215 };
const make = (prefix = "sk_live") => newKeySecret({ prefix, random: systemRandom });

describe("the secret of an API key", () => {
  it("is the vendor's prefix, 160 random bits in base 62, and a checksum", () => {
    expect(make()).toMatch(/^sk_live_[0-9A-Za-z]{33}$/);
    expect(make("dyzo")).toMatch(/^dyzo_[0-9A-Za-z]{33}$/);
  });

  it("is looked up by 256 bits, the same each time, another for each secret", () => {
    const secret = make();
    expect(keySecretHash(secret)).toMatch(/^[0-9a-f]{64}$/);
    expect(keySecretHash(secret)).toBe(keySecretHash(secret));
    expect(keySecretHash(make())).not.toBe(keySecretHash(secret));
  });

  it("shows its prefix and three digits", () => {
    const secret = make();
    expect(shownStart(secret)).toMatch(/^sk_live_[0-9A-Za-z]{3}$/);
    expect(secret.startsWith(shownStart(secret))).toBe(true);
  });

  it("with any one character changed is refused", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 93 }), (at, by) => {
        const secret = make();
        const place = at % secret.length;
        const code = 33 + ((secret.charCodeAt(place) - 33 + by) % 94);
        const flipped = secret.slice(0, place) + String.fromCharCode(code) + secret.slice(place + 1);
        expect(keySecretHash(flipped)).toBeNull();
      }),
      { ...SEED, numRuns: 2_000 },
    );
  });

  it("of another shape is refused", () => {
    const secret = make();
    const wrong = [
      ...["", "sk_live_", secret.slice(1), secret.slice(0, -1), `${secret}0`, ` ${secret}`, `${secret}\n`],
      ...[secret.toUpperCase(), secret.replace("sk_live", "dyzo"), `${"a_".repeat(5_000)}${secret}`],
    ];
    for (const text of wrong) expect(keySecretHash(text)).toBeNull();
  });
});
