/**
 * The arithmetic of an API key's quota: pure, over what is stored of one key.
 *
 * Requests are counted in windows: one begins with the first request after the last one's end. A large quota is leased in
 * pieces: an isolate spends a lease from memory, then reports what it spent, and the rest is free again.
 *
 * Never one over: a leased unit counts from the moment of the lease until its isolate says that it will never spend it. An
 * isolate that is gone says nothing, and its units stay counted to the window's end.
 *
 * 0.9 of the limit is never refused: what is leased and not reported is at most 8% of the limit, of which 2% in leases that
 * can still be spent. Isolates that vanish can't cost more: past that everybody gets single units.
 *
 * Clocks: each `now` comes from whichever isolate asks. Time here is the latest that was seen, a lease's life is a number
 * of seconds that the isolate counts by its own clock, and clocks up to 5 s apart carry no lease into the next window.
 */
import { type DayUsage, KEY_LEASE_SECONDS } from "./api-key.ts";

/** A smaller limit is counted request by request, exactly to the last: 10 s of it are fewer than 28 requests. */
export const LEASED_FROM = 10_000;
const LIVE_SHARE = 0.02;
const UNREPORTED_SHARE = 0.08;
const CLOCKS_APART_SECONDS = 5;
const DAY_SECONDS = 86_400;

export interface Lease {
  /** made up by the isolate, so that nobody else can report it */
  readonly id: string;
  /** the start of the window that it counts in */
  readonly window: number;
  readonly units: number;
  /** from then on nobody spends it, whichever clock is right */
  readonly over: number;
}

/** All that is remembered of one key. Times are epoch seconds. */
export interface KeyLedger {
  /** when the window began, and when it ends: what was given stays true under another window */
  readonly window: number;
  readonly windowEnd: number;
  /** the latest time that an isolate has told */
  readonly latest: number;
  /** requests of this window, without those of leases that are not reported yet */
  readonly counted: number;
  /** not reported yet: of this window, and of the one before for the sake of the usage */
  readonly leases: readonly Lease[];
  /** requests by day, for as long as their owner needs them */
  readonly days: readonly DayUsage[];
  /** 0 before the first use */
  readonly lastUsedAt: number;
}

export const EMPTY_KEY_LEDGER: KeyLedger = {
  window: 0,
  windowEnd: 0,
  latest: 0,
  counted: 0,
  leases: [],
  days: [],
  lastUsedAt: 0,
};

/** What an isolate says of a lease that it is done with. Said twice, it counts once. */
export interface LeaseReport {
  readonly id: string;
  readonly spent: number;
  /** when its last unit was spent; 0 if none was */
  readonly usedAt: number;
}

export interface QuotaAsk {
  readonly limit: number;
  readonly windowSeconds: number;
  /** by the isolate's clock */
  readonly now: number;
  /** for the lease that it may get */
  readonly lease: string;
  readonly reports: readonly LeaseReport[];
}

export interface QuotaAnswer {
  /** one request may pass, and is counted */
  readonly allowed: boolean;
  /** left for everybody, without what is leased */
  readonly remaining: number;
  /** until the window's end */
  readonly resetSeconds: number;
  /** to spend for as many seconds, from the moment of asking */
  readonly lease: { readonly units: number; readonly seconds: number } | null;
}

/** One request is asked for, and, where the limit is large, some more to go. */
export function askQuota(ledger: KeyLedger, ask: QuotaAsk): { answer: QuotaAnswer; ledger: KeyLedger } {
  refuseNonsense(ask);
  const current = reportLeases(atTime(ledger, ask), ask.reports);
  const resetSeconds = current.windowEnd - current.latest;
  const free = ask.limit - current.counted - unitsOf(current.leases.filter(({ window }) => window === current.window));
  if (free <= 0) return { answer: { allowed: false, remaining: 0, resetSeconds, lease: null }, ledger: current };

  const lease = newLease(current, ask, free - 1);
  const remaining = free - 1 - (lease?.units ?? 0);
  const counted = addUsage({ ...current, counted: current.counted + 1 }, { requests: 1, at: Math.floor(ask.now) });
  if (lease === null) return { answer: { allowed: true, remaining, resetSeconds, lease }, ledger: counted };
  const { id, units, seconds } = lease;
  const over = current.latest + seconds + CLOCKS_APART_SECONDS;
  // the same id again: the isolate never heard of the first
  const others = counted.leases.filter((other) => other.id !== id);
  return {
    answer: { allowed: true, remaining, resetSeconds, lease: { units, seconds } },
    ledger: { ...counted, leases: [...others, { id, window: current.window, units, over }] },
  };
}

/** What the isolates spent is counted, and what they did not is free again. */
export function reportLeases(ledger: KeyLedger, reports: readonly LeaseReport[]): KeyLedger {
  let after = ledger;
  for (const { id, spent, usedAt } of reports) {
    const lease = after.leases.find((each) => each.id === id);
    if (lease === undefined) continue;
    const requests = Math.min(lease.units, Math.max(0, spent));
    const counted = lease.window === after.window ? after.counted + requests : after.counted;
    const leases = after.leases.filter((each) => each !== lease);
    after = addUsage({ ...after, counted, leases }, { requests, at: usedAt });
  }
  return after;
}

export function dayOf(epochSeconds: number): number {
  return Math.floor(epochSeconds / DAY_SECONDS);
}

/** The ledger at the ask's time, in a new window when the last one is over. */
function atTime(ledger: KeyLedger, { now, windowSeconds }: QuotaAsk): KeyLedger {
  const latest = Math.max(ledger.latest, Math.floor(now));
  if (latest < ledger.windowEnd) return { ...ledger, latest };
  const leases = ledger.leases.filter(({ window }) => window === ledger.window);
  return { ...ledger, window: latest, windowEnd: latest + windowSeconds, latest, counted: 0, leases };
}

/** Half of what may still be leased, so that many isolates get some; null when that is nothing. */
function newLease({ window, windowEnd, latest, leases }: KeyLedger, { limit, lease: id }: QuotaAsk, free: number) {
  const seconds = Math.min(KEY_LEASE_SECONDS, windowEnd - latest - CLOCKS_APART_SECONDS);
  if (limit < LEASED_FROM || seconds <= 0) return null;
  const unreported = leases.filter((lease) => lease.window === window);
  const live = unreported.filter(({ over }) => over > latest);
  const room = Math.min(LIVE_SHARE * limit - unitsOf(live), UNREPORTED_SHARE * limit - unitsOf(unreported), free);
  const units = Math.floor(room / 2);
  return units > 0 ? { id, units, seconds } : null;
}

function unitsOf(leases: readonly Lease[]): number {
  return leases.reduce((sum, { units }) => sum + units, 0);
}

function addUsage(ledger: KeyLedger, { requests, at }: { requests: number; at: number }): KeyLedger {
  if (requests === 0) return ledger;
  const day = dayOf(at);
  const before = ledger.days.find((each) => each.day === day)?.requests ?? 0;
  const others = ledger.days.filter((each) => each.day !== day);
  return {
    ...ledger,
    days: [...others, { day, requests: before + requests }],
    lastUsedAt: Math.max(ledger.lastUsedAt, at),
  };
}

/** A comparison with NaN is false: it must not come so far that nothing is ever over. */
function refuseNonsense({ limit, windowSeconds, now }: QuotaAsk): void {
  if (!Number.isFinite(now)) throw new RangeError("now: not a number of seconds");
  if (!Number.isSafeInteger(limit) || !Number.isSafeInteger(windowSeconds) || windowSeconds < 1) {
    throw new RangeError("the quota is not whole numbers");
  }
}
