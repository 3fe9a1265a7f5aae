/**
 * The arithmetic of a limit, for every limiter: pure, over what is stored of one key.
 *
 * Units are counted by slot. A slot counts until the last unit that it may hold is a whole window old, so no window ever
 * holds more than `max`: it is a sliding window, wrong only on the safe side, by the slot's width and the clocks' allowance.
 *
 * Clocks. Each `now` comes from whichever isolate calls, so two calls may disagree. Three rules keep the budget:
 * - Time never runs backwards: a `now` before the newest slot counts as that slot's, however late the clock is.
 * - Clocks that disagree by seconds gain nothing: a unit taken by a slow clock still counts a whole window when a fast one
 *   asks, as each slot counts `allowance` seconds longer (a sixtieth of the window, 5 s at most: all limits of 5 minutes and
 *   more have the 5 s. Workers' clocks agree far better).
 * - A clock that is far ahead is followed. It may empty the window early, once; then the key's time stands still until the
 *   others have caught up (or the object's alarm, a window later, empties it). To bound the jump would be wrong: the same
 *   clock could repeat it, and empty the window with each call.
 */
import type { Limit, Reservation } from "./limit.ts";

/** Slots a window: at most one more than this is stored, whatever `max` is. */
const SLOTS = 60;
const MAX_ALLOWANCE_SECONDS = 5;

export interface Slot {
  /** epoch seconds; the slot's units were taken before it. Kept instead of the start, so that it stays true under another window */
  readonly end: number;
  /** 0 once all went back: the slot then still says how late it was */
  readonly units: number;
}

/** All that is remembered of one key of a limit. */
export interface Ledger {
  readonly slots: readonly Slot[];
  /** units in a row without a success; counted only for a limit with `lockAfter` */
  readonly failures: number;
}

export const EMPTY_LEDGER: Ledger = { slots: [], failures: 0 };

/** A reservation without the names that the caller knows. */
export type Decision = Omit<Reservation, "limit" | "key">;

/** Takes a unit if there is one. A refusal hands back the ledger that it was given. */
export function takeUnit(limit: Limit, ledger: Ledger, now: number): { decision: Decision; ledger: Ledger } {
  refuseNonsense(limit, now);
  const second = Math.floor(now);
  const width = slotWidth(limit);
  const time = Math.max(second, ...ledger.slots.map(({ end }) => end - width));
  const live = ledger.slots.filter(({ end }) => end + secondsCounted(limit) > time);
  const used = live.reduce((sum, { units }) => sum + units, 0);

  if (limit.lockAfter !== undefined && ledger.failures >= limit.lockAfter) {
    return { decision: refusal(true, limit.windowSeconds), ledger };
  }
  if (used >= limit.max) {
    return { decision: refusal(false, freeAt(limit, live, used - limit.max + 1, second) - second), ledger };
  }
  const unit = (Math.floor(time / width) + 1) * width;
  const slots = withOneMore(live, unit);
  const wholeAt = Math.max(...slots.map(({ end }) => end)) + secondsCounted(limit);
  return {
    decision: { allowed: true, locked: false, remaining: limit.max - used - 1, resetSeconds: wholeAt - second, unit },
    ledger: { slots, failures: limit.lockAfter === undefined ? ledger.failures : ledger.failures + 1 },
  };
}

/** The unit goes back to its own slot (none, if that is over), as if it had never been taken. */
export function returnUnit(ledger: Ledger, unit: number): Ledger {
  return { slots: withOneLess(ledger.slots, unit), failures: Math.max(0, ledger.failures - 1) };
}

/** The unit goes back and the row of failures ends, also one that had just become long enough to lock the key. */
export function endFailures(ledger: Ledger, unit: number): Ledger {
  return { slots: withOneLess(ledger.slots, unit), failures: 0 };
}

/** Seconds that a slot still counts after its end. */
export function secondsCounted(limit: Limit): number {
  return limit.windowSeconds + Math.min(MAX_ALLOWANCE_SECONDS, Math.floor(limit.windowSeconds / SLOTS));
}

function slotWidth(limit: Limit): number {
  return Math.ceil(secondsCounted(limit) / SLOTS);
}

/** A comparison with NaN is false, and would find every slot over: it must not come that far. */
function refuseNonsense(limit: Limit, now: number): void {
  const { max, windowSeconds } = limit;
  if (!Number.isFinite(now)) throw new RangeError("now: not a number of seconds");
  if (!Number.isSafeInteger(max) || !Number.isSafeInteger(windowSeconds) || windowSeconds < 1) {
    throw new RangeError(`the limit ${limit.name} is not whole numbers`);
  }
}

function refusal(locked: boolean, resetSeconds: number): Decision {
  return { allowed: false, locked, remaining: 0, resetSeconds, unit: null };
}

/** When that many units are free again; a window from now where no waiting helps (`max` 0). */
function freeAt(limit: Limit, live: readonly Slot[], units: number, now: number): number {
  let freed = 0;
  for (const slot of live.toSorted((a, b) => a.end - b.end)) {
    freed += slot.units;
    if (freed >= units) return slot.end + secondsCounted(limit);
  }
  return now + limit.windowSeconds;
}

function withOneMore(slots: readonly Slot[], end: number): readonly Slot[] {
  if (!slots.some((slot) => slot.end === end)) return [...slots, { end, units: 1 }];
  return slots.map((slot) => (slot.end === end ? { end, units: slot.units + 1 } : slot));
}

function withOneLess(slots: readonly Slot[], end: number): readonly Slot[] {
  return slots.map((slot) => (slot.end === end ? { end, units: Math.max(0, slot.units - 1) } : slot));
}
