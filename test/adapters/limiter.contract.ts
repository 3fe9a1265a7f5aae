import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Limit, Limiter } from "../../src/domain/limit.ts";

const NOW = 1_734_256_800; // 2024-12-15T10:00:00Z
const LOGIN: Limit = { name: "login:account", max: 10, windowSeconds: 900 };
const LOCKING: Limit = { ...LOGIN, max: 3, windowSeconds: 60, lockAfter: 7 };
/** The longest that a unit counts past its window: a slot of 16 s and 5 s for the clocks. */
const LATEST = LOGIN.windowSeconds + 16 + 5;
const SEED = { seed: 20_241_215 };

let keys = 0;
/** A key that no other test has. */
const fresh = () => `key-${++keys}`;

/** What every limiter promises. `runs` is how many random histories it is tried on. */
export function limiterContract(
  name: string,
  { limiter, slotsOf, runs }: { limiter: Limiter; slotsOf(limit: Limit, key: string): Promise<number>; runs: number },
): void {
  const take = (limit: Limit, key: string, now: number, times: number) =>
    Promise.all(Array.from({ length: times }, () => limiter.reserve(limit, key, now)));
  const allowedOf = async (limit: Limit, key: string, now: number, times: number) =>
    (await take(limit, key, now, times)).filter(({ allowed }) => allowed).length;

  describe(`limiter: ${name}`, () => {
    it("of 200 parallel reserves exactly the budget is allowed", async () => {
      expect(await allowedOf(LOGIN, fresh(), NOW, 200)).toBe(10);
    });

    it("keys and limits do not touch each other", async () => {
      const key = fresh();
      await take(LOGIN, key, NOW, 10);
      expect(await allowedOf(LOGIN, fresh(), NOW, 1)).toBe(1);
      expect(await allowedOf({ ...LOGIN, name: "login:ip" }, key, NOW, 1)).toBe(1);
    });

    it("says what is left, and when there is more", async () => {
      const key = fresh();
      const first = await limiter.reserve(LOGIN, key, NOW);
      expect(first).toMatchObject({ limit: LOGIN, key, allowed: true, locked: false, remaining: 9 });
      await take(LOGIN, key, NOW + 300, 9);
      const refused = await limiter.reserve(LOGIN, key, NOW + 310);
      expect(refused).toMatchObject({ allowed: false, locked: false, remaining: 0, unit: null });

      const reopens = NOW + 310 + refused.resetSeconds;
      expect(reopens).toBeGreaterThanOrEqual(NOW + LOGIN.windowSeconds);
      expect(reopens).toBeLessThanOrEqual(NOW + LATEST);
      expect(await allowedOf(LOGIN, key, reopens - 1, 1)).toBe(0);
      expect(await allowedOf(LOGIN, key, reopens, 5)).toBe(1);
    });

    it("the whole budget is back when the first answer said so", async () => {
      const key = fresh();
      const { resetSeconds } = await limiter.reserve(LOGIN, key, NOW);
      expect(await limiter.reserve(LOGIN, key, NOW + resetSeconds)).toMatchObject({ remaining: 9 });
    });

    it("a budget of nothing is always refused", async () => {
      const refused = await limiter.reserve({ ...LOGIN, max: 0 }, fresh(), NOW);
      expect(refused).toMatchObject({ allowed: false, resetSeconds: 900 });
    });

    it("a refused reserve prolongs nothing", async () => {
      const key = fresh();
      await take(LOGIN, key, NOW, 10);
      for (let now = NOW; now < NOW + 900; now += 100) await take(LOGIN, key, now, 5);
      expect(await allowedOf(LOGIN, key, NOW + LATEST, 20)).toBe(10);
    });

    it("a unit given back is there again, and was never taken", async () => {
      const key = fresh();
      const [first] = await take(LOGIN, key, NOW, 10);
      if (first === undefined) throw new Error("no reservation");
      await limiter.giveBack(first);
      expect(await allowedOf(LOGIN, key, NOW, 5)).toBe(1);
    });

    it("a unit goes back to the moment it was taken, not to a later one", async () => {
      const key = fresh();
      const early = await limiter.reserve(LOGIN, key, NOW);
      await take(LOGIN, key, NOW + 600, 9);
      await limiter.giveBack(early);
      await take(LOGIN, key, NOW + 600, 1);
      expect(await allowedOf(LOGIN, key, NOW + LATEST, 5)).toBe(0);
    });

    it("a unit whose window is over frees no other unit", async () => {
      const key = fresh();
      const early = await limiter.reserve(LOGIN, key, NOW);
      await take(LOGIN, key, NOW + LATEST, 10);
      await limiter.giveBack(early);
      expect(await allowedOf(LOGIN, key, NOW + LATEST, 5)).toBe(0);
    });

    it("giving back a refusal changes nothing", async () => {
      const key = fresh();
      const refused = (await take(LOGIN, key, NOW, 11)).find(({ allowed }) => !allowed);
      if (refused === undefined) throw new Error("nothing was refused");
      await limiter.giveBack(refused);
      await limiter.succeed(refused);
      expect(await allowedOf(LOGIN, key, NOW, 5)).toBe(0);
    });

    it("a success takes back its own unit and no failure's", async () => {
      const key = fresh();
      await take(LOGIN, key, NOW, 9);
      await limiter.succeed(await limiter.reserve(LOGIN, key, NOW));
      expect(await allowedOf(LOGIN, key, NOW, 5)).toBe(1);
    });

    it("failures in a row lock the key across windows, until it is cleared", async () => {
      const key = fresh();
      const allowed = [];
      for (const window of [0, 1, 2]) allowed.push(await allowedOf(LOCKING, key, NOW + 100 * window, 4));
      expect(allowed).toEqual([3, 3, 1]);

      const aYearOn = NOW + 365 * 86_400;
      expect(await limiter.reserve(LOCKING, key, aYearOn)).toMatchObject({
        allowed: false,
        locked: true,
        remaining: 0,
      });
      await limiter.clear(LOCKING, key);
      expect(await limiter.reserve(LOCKING, key, aYearOn)).toMatchObject({
        allowed: true,
        locked: false,
        remaining: 2,
      });
    });

    it("a success ends the row of failures", async () => {
      const key = fresh();
      for (const window of [0, 1]) await take(LOCKING, key, NOW + 100 * window, 3);
      await limiter.succeed(await limiter.reserve(LOCKING, key, NOW + 200));
      for (const window of [3, 4]) expect(await allowedOf(LOCKING, key, NOW + 100 * window, 4)).toBe(3);
    });

    it("a fault of ours is no failure in the row, and ends none", async () => {
      const key = fresh();
      for (const window of [0, 1]) await take(LOCKING, key, NOW + 100 * window, 3);
      for (let n = 0; n < 5; n++) await limiter.giveBack(await limiter.reserve(LOCKING, key, NOW + 200));
      expect(await allowedOf(LOCKING, key, NOW + 200, 4)).toBe(1);
    });

    it("a clock that runs back wins no second budget", async () => {
      const key = fresh();
      await take(LOGIN, key, NOW, 10);
      for (const now of [NOW - 5, NOW - 900, NOW - 1_000_000, 0]) expect(await allowedOf(LOGIN, key, now, 3)).toBe(0);
      expect(await allowedOf(LOGIN, key, NOW, 3)).toBe(0);
    });

    it("units taken by a late clock count as long as those of the others", async () => {
      const key = fresh();
      await take(LOGIN, key, NOW, 1);
      await take(LOGIN, key, NOW - 900, 9);
      expect(await allowedOf(LOGIN, key, NOW + 899, 3)).toBe(0);
    });

    it("clocks that are 5 s apart shorten no window", async () => {
      const once = { ...LOGIN, max: 1 };
      for (let instant = NOW; instant < NOW + 16; instant++) {
        const key = fresh();
        await take(once, key, instant - 5, 1);
        expect(await allowedOf(once, key, instant + 899, 1)).toBe(0);
      }
    });

    it("a clock that is far ahead wins one budget, once", async () => {
      const key = fresh();
      await take(LOGIN, key, NOW, 10);
      expect(await allowedOf(LOGIN, key, NOW + 1_000_000, 20)).toBe(10);
      for (const now of [NOW, NOW + 1_000_000]) expect(await allowedOf(LOGIN, key, now, 3)).toBe(0);
    });

    it("another window, another budget: what is stored stays true", async () => {
      const key = fresh();
      await take({ ...LOGIN, windowSeconds: 60 }, key, NOW, 10);
      expect(await allowedOf(LOGIN, key, NOW + 800, 3)).toBe(0);
      expect(await allowedOf({ ...LOGIN, max: 12 }, key, NOW + 800, 5)).toBe(2);
      expect(await allowedOf({ ...LOGIN, max: 3 }, key, NOW + 801, 5)).toBe(0);
      expect(await allowedOf(LOGIN, key, NOW + LATEST, 20)).toBe(8);
    });

    it("at most 61 slots are stored, whatever the budget", async () => {
      for (const windowSeconds of [1, 60, 61, 300, 900]) {
        const limit = { name: "slots", max: 1_000_000, windowSeconds };
        const key = fresh();
        for (let n = 0; n < 90; n++) await limiter.reserve(limit, key, NOW + n * Math.ceil(windowSeconds / 60));
        expect(await slotsOf(limit, key)).toBeLessThanOrEqual(61);
      }
    });

    it("no window ever holds more than the budget, though clocks disagree", { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(aLimit, aHistory, async (limit, history) => {
          const key = fresh();
          const skew = Math.min(5, Math.floor(limit.windowSeconds / 60));
          const log: number[] = [];
          let instant = NOW * 1000;
          for (const { wait, late, backs } of history) {
            instant += Math.floor((wait * limit.windowSeconds * 1000) / limit.max);
            const reservation = await limiter.reserve(limit, key, Math.floor(instant / 1000 - late * skew));
            if (reservation.allowed && backs) await limiter.giveBack(reservation);
            else if (reservation.allowed) log.push(instant);
          }
          expect(mostWithin(log, limit.windowSeconds * 1000)).toBeLessThanOrEqual(limit.max);
        }),
        { ...SEED, numRuns: runs },
      );
    });

    it("steady use of nine tenths of the budget is never refused", { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(aLimit, fc.nat(100_000), async ({ max, windowSeconds }, offset) => {
          // Under 10 s, slots of whole seconds are too coarse for this promise.
          const limit = { name: "steady", max, windowSeconds: windowSeconds + 9 };
          const key = fresh();
          const between = limit.windowSeconds / (0.9 * max);
          for (let n = 0; n < 2 * max + 5; n++) {
            const { allowed } = await limiter.reserve(limit, key, Math.floor(NOW + offset / 100 + n * between));
            expect(allowed).toBe(true);
          }
        }),
        { ...SEED, numRuns: runs },
      );
    });
  });
}

const aLimit = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.oneof(fc.integer({ min: 1, max: 130 }), fc.constantFrom(300, 900, 3_600)))
  .map(([max, windowSeconds]) => ({ name: "any", max, windowSeconds }));

/** Bursts and pauses: waits in shares of the time that one unit has, clocks from right to as late as is allowed for. */
const aHistory = fc.array(
  fc.record({
    wait: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true }), fc.constantFrom(0.97, 1, 5)),
    late: fc.double({ min: 0, max: 1, noNaN: true }),
    backs: fc.nat(9).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 60 },
);

/** By brute force: the most instants of the log within any window, its end not counted. */
function mostWithin(log: readonly number[], window: number): number {
  return Math.max(0, ...log.map((from) => log.filter((at) => at >= from && at < from + window).length));
}
