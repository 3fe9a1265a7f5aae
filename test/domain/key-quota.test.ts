import { describe, expect, it } from "vitest";
import { askQuota, EMPTY_KEY_LEDGER, type KeyLedger, type QuotaAsk, reportLeases } from "../../src/domain/key-quota.ts";

const NOW = 1_767_225_600; // 2026-01-01T00:00:00Z
const ASK: QuotaAsk = { limit: 10_000, windowSeconds: 3_600, now: NOW, lease: "a", reports: [] };
const SMALL: QuotaAsk = { ...ASK, limit: 100 };

/** The ledger after several asks, and what the last one was answered. */
function after(...asks: readonly QuotaAsk[]) {
  let ledger: KeyLedger = EMPTY_KEY_LEDGER;
  let answer = null;
  for (const ask of asks) ({ answer, ledger } = askQuota(ledger, ask));
  if (answer === null) throw new Error("nothing was asked");
  return { answer, ledger };
}

const times = (n: number, ask: QuotaAsk) => Array.from({ length: n }, () => ask);

describe("windows", () => {
  it("a window begins with its first request and ends an hour later", () => {
    expect(after(SMALL).answer).toEqual({ allowed: true, remaining: 99, resetSeconds: 3_600, lease: null });
    const late = after(SMALL, { ...SMALL, now: NOW + 3_599 });
    expect(late.answer).toEqual({ allowed: true, remaining: 98, resetSeconds: 1, lease: null });
    const next = after(SMALL, { ...SMALL, now: NOW + 3_600 });
    expect(next.answer).toEqual({ allowed: true, remaining: 99, resetSeconds: 3_600, lease: null });
  });

  it("the request after the last one is refused until the window ends", () => {
    const spent = times(100, SMALL);
    expect(after(...spent).answer).toMatchObject({ allowed: true, remaining: 0 });
    const refused = after(...spent, { ...SMALL, now: NOW + 600 }).answer;
    expect(refused).toEqual({ allowed: false, remaining: 0, resetSeconds: 3_000, lease: null });
    expect(after(...spent, { ...SMALL, now: NOW + 3_600 }).answer.allowed).toBe(true);
  });

  it("a clock that runs back wins no second window", () => {
    const spent = times(100, SMALL);
    for (const now of [NOW - 5, NOW - 3_600, NOW - 1_000_000, 0]) {
      expect(after(...spent, { ...SMALL, now }).answer.allowed).toBe(false);
    }
  });

  it("a window keeps its end when the operator changes the length", () => {
    const shorter = { ...SMALL, windowSeconds: 60, now: NOW + 100 };
    expect(after(...times(100, SMALL), shorter).answer).toMatchObject({ allowed: false, resetSeconds: 3_500 });
  });
});

describe("leases", () => {
  it("the first isolate gets half of 2%, the next half of what is left of it", () => {
    const first = after(ASK);
    expect(first.answer).toEqual({
      allowed: true,
      remaining: 9_899,
      resetSeconds: 3_600,
      lease: { units: 100, seconds: 10 },
    });
    const second = after(ASK, { ...ASK, lease: "b" });
    expect(second.answer.lease).toEqual({ units: 50, seconds: 10 });
  });

  it("past 2% there are single units", () => {
    const asks = Array.from({ length: 12 }, (_, n) => ({ ...ASK, lease: `lease-${n}` }));
    const { answer, ledger } = after(...asks);
    expect(answer).toMatchObject({ allowed: true, lease: null });
    expect(ledger.leases.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(200);
  });

  it("a limit under 10,000 is never leased", () => {
    expect(after({ ...ASK, limit: 9_999 }).answer.lease).toBeNull();
  });

  it("a lease dies 5 s before its window at the latest", () => {
    expect(after(ASK, { ...ASK, lease: "b", now: NOW + 3_587 }).answer.lease).toMatchObject({ seconds: 8 });
    expect(after(ASK, { ...ASK, lease: "b", now: NOW + 3_595 }).answer).toMatchObject({ allowed: true, lease: null });
  });

  it("a clock that is late by an hour is told of the window as it is", () => {
    const { answer } = after({ ...ASK, now: NOW }, { ...ASK, lease: "b", now: NOW + 3_590 }, { ...ASK, lease: "c" });
    expect(answer).toMatchObject({ resetSeconds: 10, lease: { seconds: 5 } });
  });

  it("what is reported as spent counts, the rest is free again", () => {
    const { ledger } = after(ASK);
    const reported = reportLeases(ledger, [{ id: "a", spent: 30, usedAt: NOW + 9 }]);
    expect(reported).toMatchObject({ counted: 31, leases: [], lastUsedAt: NOW + 9 });
    expect(askQuota(reported, { ...ASK, limit: 32 }).answer).toMatchObject({ allowed: true, remaining: 0 });
  });

  it("a report counts once, and one of a stranger's lease not at all", () => {
    const { ledger } = after(ASK);
    const report = { id: "a", spent: 30, usedAt: NOW };
    expect(reportLeases(ledger, [report, report])).toMatchObject({ counted: 31 });
    expect(reportLeases(ledger, [{ ...report, id: "b" }])).toBe(ledger);
  });

  it("a report of more than was leased, or of less than nothing, is held to the lease", () => {
    const { ledger } = after(ASK);
    expect(reportLeases(ledger, [{ id: "a", spent: 1_000, usedAt: NOW }])).toMatchObject({ counted: 101 });
    expect(reportLeases(ledger, [{ id: "a", spent: -5, usedAt: NOW }])).toMatchObject({ counted: 1 });
  });

  it("a lease whose isolate is gone counts to the window's end", () => {
    const { ledger } = after(ASK);
    expect(askQuota(ledger, { ...ASK, now: NOW + 3_599, limit: 101 }).answer.allowed).toBe(false);
    expect(askQuota(ledger, { ...ASK, now: NOW + 3_600, limit: 101 }).answer).toMatchObject({ remaining: 100 });
  });

  it("an ask that is repeated, because its answer was lost, leases no second time", () => {
    const { ledger } = after(ASK, ASK);
    expect(ledger.leases).toHaveLength(1);
  });
});

describe("usage", () => {
  it("is counted by the day of the request, in UTC", () => {
    const midnight = NOW + 86_400;
    const { ledger } = after(ASK, { ...ASK, now: midnight - 1, lease: "b" });
    const reported = reportLeases(ledger, [{ id: "b", spent: 3, usedAt: midnight + 2 }]);
    const day = NOW / 86_400;
    expect(reported.days).toEqual([
      { day, requests: 2 },
      { day: day + 1, requests: 3 },
    ]);
    expect(reported.lastUsedAt).toBe(midnight + 2);
  });

  it("a lease of the last window still counts in the usage, and no more in the quota", () => {
    const { ledger } = after(ASK, { ...ASK, now: NOW + 3_600, lease: "b" });
    const reported = reportLeases(ledger, [{ id: "a", spent: 40, usedAt: NOW + 9 }]);
    expect(reported).toMatchObject({ counted: 1, days: [{ requests: 42 }] });
  });

  it("a refused request is none", () => {
    const { ledger } = after(...times(101, SMALL));
    expect(ledger.days).toEqual([{ day: NOW / 86_400, requests: 100 }]);
  });
});

it("a time or a limit that is not a number is refused, not counted as long ago", () => {
  for (const wrong of [{ now: Number.NaN }, { limit: Number.NaN }, { limit: 1.5 }, { windowSeconds: 0 }]) {
    expect(() => askQuota(EMPTY_KEY_LEDGER, { ...ASK, ...wrong })).toThrow(RangeError);
  }
});
