import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ADA, emptyStorage, logIn, register, startWorld } from "../world.ts";

const CAP = 100_000;

beforeEach(emptyStorage);
afterEach(() => void vi.restoreAllMocks());

/** Cloudflare's production refuses what the local runtime carries out; every iteration count asked for is noted. */
function capIterations(): number[] {
  const asked: number[] = [];
  const { subtle } = crypto;
  const check = (algorithm: unknown) => {
    const { name, iterations } = algorithm as { name: string; iterations: number };
    if (name !== "PBKDF2") return;
    asked.push(iterations);
    if (iterations <= CAP) return;
    const words = `Pbkdf2 failed: iteration counts above ${CAP} are not supported (requested ${iterations}).`;
    throw new DOMException(words, "NotSupportedError");
  };
  const [deriveBits, deriveKey] = [subtle.deriveBits.bind(subtle), subtle.deriveKey.bind(subtle)];
  vi.spyOn(subtle, "deriveBits").mockImplementation(async (...args) => {
    check(args[0]);
    return deriveBits(...args);
  });
  vi.spyOn(subtle, "deriveKey").mockImplementation(async (...args) => {
    check(args[0]);
    return deriveKey(...args);
  });
  return asked;
}

it("register, login and change-password hash with 600,000 iterations in calls that production takes", async () => {
  const asked = capIterations();
  const world = startWorld({ PASSWORD_HASH_ROUNDS: undefined });
  const spent = async (work: () => Promise<unknown>) => {
    asked.length = 0;
    await work();
    return [...asked];
  };
  const SIX = Array(6).fill(CAP);

  expect(await spent(async () => expect((await register(world)).status).toBe(201))).toEqual(SIX);
  let token = "";
  expect(
    await spent(async () => {
      token = await logIn(world);
    }),
  ).toEqual(SIX);
  expect(token).toMatch(/^ey/);
  expect(await spent(() => logIn(world, { password: "a wrong password" }))).toEqual(SIX);
  expect(await spent(() => logIn(world, { email: "nobody@example.com" }))).toEqual(SIX);
  const json = { current_password: ADA.password, new_password: "a new password" };
  const change = async () => {
    expect((await world.ask("/v1/auth/change-password", { token, json })).status).toBe(200);
  };
  expect(await spent(change)).toEqual([...SIX, ...SIX]);
});

it("the most rounds that can be set are still calls that production takes", async () => {
  const asked = capIterations();
  const world = startWorld({ PASSWORD_HASH_ROUNDS: 32 });
  expect((await register(world)).status).toBe(201);
  expect(asked).toEqual(Array(32).fill(CAP));
});

it("the stand-in refuses as production does", async () => {
  capIterations();
  const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
  const params = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(16), iterations: CAP + 1 };
  await expect(crypto.subtle.deriveBits(params, key, 256)).rejects.toThrow("not supported");
});
