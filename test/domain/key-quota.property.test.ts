import fc from "fast-check";
import { expect, it } from "vitest";
import { Fleet, type Network, WINDOW_SECONDS } from "./quota-fleet.ts";

const SEED = { seed: 20_241_215 };
const INSTANT: Network = { there: () => 0, back: () => 0, loses: () => null };

/** Numbers of a seed, for the thousands of small decisions of one history. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const limits = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 9_990, max: 12_000 }));

/** Clocks at most 5 s apart. */
const clocks = fc.array(fc.integer({ min: -2_400, max: 2_400 }), { minLength: 1, maxLength: 8 });

/** Bursts of many requests, pauses from nothing to a window, isolates that vanish. */
const history = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 3_580_000, max: 3_600_000 })),
    percent: fc.integer({ min: 0, max: 70 }),
    vanishing: fc.nat(3),
  }),
  { minLength: 1, maxLength: 8 },
);

it("no window ever passes more than the limit, whatever clocks, network and isolates do", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(limits, clocks, history, fc.integer(), async (limit, clocks, history, seed) => {
      const roll = dice(seed);
      const network: Network = {
        there: () => Math.floor(roll() * 200),
        back: () => Math.floor(roll() ** 8 * 12_000),
        loses: () => (roll() < 0.05 ? (roll() < 0.5 ? "ask" : "answer") : null),
      };
      const fleet = new Fleet({ limit, clocks, network });
      for (const { waitMs, percent, vanishing } of history) {
        await fleet.time.run(fleet.time.now + waitMs);
        for (let n = 0; n < Math.ceil((percent * limit) / 100); n++) {
          void fleet.request(Math.floor(roll() * clocks.length));
          if (roll() < 0.3) await fleet.time.run(fleet.time.now + Math.floor(roll() * 300));
        }
        for (let n = 0; n < vanishing; n++) fleet.crash(Math.floor(roll() * clocks.length));
        const { unreported, live } = fleet.leased();
        expect(live).toBeLessThanOrEqual(0.02 * limit);
        expect(unreported).toBeLessThanOrEqual(0.08 * limit);
      }
      await fleet.time.run();
      for (const passed of fleet.passed) expect(passed).toBeLessThanOrEqual(limit);
    }),
    { ...SEED, numRuns: 60 },
  );
});

it("a steady rate of 0.9 of the limit is never refused, though isolates vanish all the time", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      limits,
      clocks,
      fc.integer(),
      fc.constantFrom(0, 0.001, 0.02, 0.2),
      async (limit, clocks, seed, vanish) => {
        const roll = dice(seed);
        const fleet = new Fleet({ limit, clocks, network: INSTANT });
        const between = (WINDOW_SECONDS * 1000) / (0.9 * limit);
        const start = fleet.time.now;
        for (let n = 0; n < 2.5 * limit; n++) {
          await fleet.time.run(start + Math.floor(n * between));
          const isolate = Math.floor(roll() * clocks.length);
          await Promise.all([fleet.request(isolate), fleet.time.run(fleet.time.now)]);
          if (roll() < vanish) fleet.crash(isolate);
        }
        expect(fleet.refused).toBe(0);
      },
    ),
    { ...SEED, numRuns: 25 },
  );
});

it("one isolate passes exactly the limit, though it is leased pieces of it", async () => {
  const fleet = new Fleet({ limit: 10_000, clocks: [0], network: INSTANT });
  for (let n = 0; n < 400; n++) await fleet.burst(0, { requests: 30, thenMs: 5_000 });
  expect(fleet.passed).toEqual([10_000]);
  expect(fleet.refused).toBe(2_000);
});

it("of 12,000 parallel requests exactly 10,000 pass: what one request leased, another spends", async () => {
  const fleet = new Fleet({ limit: 10_000, clocks: [0], network: INSTANT });
  await fleet.burst(0, { requests: 12_000, thenMs: 5_000 });
  expect(fleet.passed).toEqual([10_000]);
});

it("eight busy isolates ask once in a hundred requests", async () => {
  const fleet = new Fleet({ limit: 1_000_000, clocks: [0, 100, 200, 300, 400, 500, 600, 700], network: INSTANT });
  for (let n = 0; n < 50_000; n++) await fleet.burst(n % 8, { requests: 1, thenMs: 4 });
  expect(fleet.passed).toEqual([50_000]);
  expect(fleet.asks).toBeLessThan(500);
});

it("an isolate that falls idle gives back what it did not spend", async () => {
  const fleet = new Fleet({ limit: 10_000, clocks: [0], network: INSTANT });
  await fleet.burst(0, { requests: 1, thenMs: 9_900 });
  expect(fleet.leased()).toEqual({ unreported: 100, live: 100 });
  await fleet.time.run();
  expect(fleet.leased()).toEqual({ unreported: 0, live: 0 });
  expect(fleet.asks).toBe(1);
});

it("the usage is what passed, to the last request, though calls are lost on their way", async () => {
  const roll = dice(7);
  const fleet = new Fleet({
    limit: 20_000,
    clocks: [-1_000, 0, 1_000],
    network: { ...INSTANT, loses: () => (roll() < 0.5 ? "ask" : null) },
  });
  for (let n = 0; n < 4_000; n++) await fleet.burst(n % 3, { requests: 1, thenMs: 3_000 * roll() });
  fleet.mend();
  for (let isolate = 0; isolate < 3; isolate++) await fleet.burst(isolate);
  await fleet.time.run();
  const passed = fleet.passed.reduce((sum, each) => sum + each, 0);
  expect(passed).toBeGreaterThan(2_500);
  expect(fleet.asks).toBeLessThan(passed / 2);
  expect(fleet.usage()).toBe(passed);
  expect(fleet.heard.size).toBe(fleet.reports);
});

it("no lease is spent after its window, by clocks that are 5 s apart", async () => {
  const [slow, fast] = [0, 1];
  const fleet = new Fleet({ limit: 10_000, clocks: [-2_400, 2_400], network: INSTANT });
  await fleet.burst(slow, { thenMs: 3_590_000 });
  await fleet.burst(slow, { thenMs: 3_000 });
  expect(fleet.leased().live).toBe(100);
  await fleet.burst(slow, { thenMs: 4_000 });
  await fleet.burst(fast);
  expect(fleet.passed).toEqual([3, 1]);
  const { asks } = fleet;
  await fleet.burst(slow);
  expect(fleet.asks).toBe(asks + 1);
});

it("a lease ends with its ten seconds, and no clock that jumps back revives it", async () => {
  const clocks = [0];
  const fleet = new Fleet({ limit: 10_000, clocks, network: INSTANT });
  await fleet.burst(0, { requests: 5, thenMs: 9_000 });
  const asks = fleet.asks;
  await fleet.burst(0, { requests: 1, thenMs: 1_000 });
  expect(fleet.asks).toBe(asks);
  clocks[0] = -5_000;
  await fleet.burst(0, { requests: 1, thenMs: 0 });
  expect(fleet.asks).toBe(asks + 1);
});
