import { createHmac } from "node:crypto";
import type { Clock } from "../src/domain/ports.ts";

/** An authenticator app: what the user's phone knows after it scanned the secret. */
export class Authenticator {
  readonly #secret: Uint8Array;
  readonly #world: { readonly clock: Pick<Clock, "now"> };

  constructor(world: { readonly clock: Pick<Clock, "now"> }, base32: string) {
    this.#world = world;
    const digits = [...base32].map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit));
    const bits = digits.map((digit) => digit.toString(2).padStart(5, "0")).join("");
    this.#secret = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  }

  /** What it shows now, or `skew` steps of 30 s from now. */
  code(skew = 0): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(this.#world.clock.now() / 30) + skew));
    const tag = createHmac("sha1", this.#secret).update(counter).digest();
    const number = tag.readUInt32BE((tag.at(-1) ?? 0) & 15) & 0x7fffffff;
    return String(number).slice(-6).padStart(6, "0");
  }

  /** Six digits that are no code of these minutes. */
  wrongCode(): string {
    const near = Array.from({ length: 9 }, (_, at) => this.code(at - 4));
    const candidates = [
      "000000",
      "111111",
      "222222",
      "333333",
      "444444",
      "555555",
      "666666",
      "777777",
      "888888",
      "999999",
    ];
    return candidates.find((code) => !near.includes(code)) ?? "";
  }
}
