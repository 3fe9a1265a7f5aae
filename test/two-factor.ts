import { createHmac } from "node:crypto";
import { type ADA, type Answered, logIn, register, startWorld, type World } from "./world.ts";

/** An authenticator app: what the user's phone knows after it scanned the secret. */
export class Authenticator {
  readonly #secret: Uint8Array;
  readonly #world: Pick<World, "clock">;

  constructor(world: Pick<World, "clock">, base32: string) {
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

export interface Protected {
  readonly app: Authenticator;
  readonly backupCodes: readonly string[];
  /** of the session in which it was set up */
  readonly token: string;
}

/** Registers an account, sets up its second factor and confirms it; the step that confirmed is over. */
export async function registerProtected(world: World, changes: Partial<typeof ADA> = {}): Promise<Protected> {
  await register(world, changes);
  const token = await logIn(world, changes);
  const { json } = await world.ask("/v1/auth/enable-2fa", { method: "POST", token });
  const app = new Authenticator(world, json.secret);
  const confirmed = await world.ask("/v1/auth/confirm-2fa", { token, json: { code: app.code() } });
  if (confirmed.status !== 200) throw new Error(confirmed.text);
  world.clock.advance(30);
  return { app, backupCodes: json.backup_codes, token };
}

export function verify2fa(world: World, tempToken: string, code: string): Promise<Answered> {
  return world.ask("/v1/auth/verify-2fa", { json: { temp_token: tempToken, code } });
}

/** Another isolate on the same storage, at the same time. */
export function besides(world: World, changes: Record<string, unknown> = {}): World {
  const other = startWorld(changes);
  other.clock.advance(world.clock.now() - other.clock.now());
  return other;
}
