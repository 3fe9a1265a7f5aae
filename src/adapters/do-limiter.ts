/** The limiter on Durable Objects: one object per key of a limit, so that one thread decides, with its counts in SQLite. */
import { DurableObject } from "cloudflare:workers";
import type { Limit, Limiter as LimiterPort } from "../domain/limit.ts";
import {
  type Decision,
  EMPTY_LEDGER,
  endFailures,
  type Ledger,
  returnUnit,
  secondsCounted,
  takeUnit,
} from "../domain/sliding-window.ts";
import { askOnce, askTwice } from "./ask.ts";

const WHAT = "limiter";

const TABLES = `
  CREATE TABLE slots (ends INTEGER PRIMARY KEY, units INTEGER NOT NULL);
  CREATE TABLE about (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    failures INTEGER NOT NULL,
    seconds_counted INTEGER NOT NULL, -- of a slot past its end: the alarm knows no limit
    wakes_at INTEGER NOT NULL         -- what the callers' clocks will say when the alarm rings; 0 when none is set
  );`;

type About = { failures: number; seconds_counted: number; wakes_at: number };
const NOTHING: About = { failures: 0, seconds_counted: 0, wakes_at: 0 };

/**
 * One key of one limit. A refused reserve writes nothing; one that is allowed writes its slot's row, and with `lockAfter`
 * the row of failures. Reads and writes have no await between them, so no other call comes in between.
 */
export class Limiter extends DurableObject {
  readonly #storage = this.ctx.storage;
  readonly #sql = this.ctx.storage.sql;
  /** An idle object has no tables: they are made with the first unit and go with the last. */
  #hasTables = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'about'").toArray().length > 0;

  async reserve(limit: Limit, now: number): Promise<Decision> {
    const before = this.#ledger();
    const { decision, ledger } = takeUnit(limit, before, now);
    if (!decision.allowed) return decision;

    const about = this.#about();
    const alarmIsSet = about.wakes_at > now; // one that is overdue was lost
    const wakesAt = alarmIsSet ? about.wakes_at : Math.floor(now) + decision.resetSeconds;
    this.#saveSlots(before, ledger);
    this.#saveAbout({ failures: ledger.failures, seconds_counted: secondsCounted(limit), wakes_at: wakesAt });
    if (!alarmIsSet) await this.#ringIn(decision.resetSeconds);
    return decision;
  }

  giveBack(unit: number): void {
    this.#rewrite((ledger) => returnUnit(ledger, unit));
  }

  succeed(unit: number): void {
    this.#rewrite((ledger) => endFailures(ledger, unit));
  }

  /** Deletes the tables and, since compatibility date 2026-02-24, the alarm. */
  async clear(): Promise<void> {
    this.#hasTables = false;
    await this.#storage.deleteAll();
  }

  /** Rings when all that was counted at its setting is over; for what was counted since, it is set again. */
  override async alarm(): Promise<void> {
    const about = this.#about();
    const over = Math.max(0, ...this.#ledger().slots.map(({ end }) => end)) + about.seconds_counted;
    if (over > about.wakes_at && this.#hasTables) {
      this.#saveAbout({ ...about, wakes_at: over });
      return this.#ringIn(over - about.wakes_at);
    }
    if (about.failures === 0) return this.clear();
    this.#sql.exec("DELETE FROM slots");
    this.#saveAbout({ ...about, wakes_at: 0 });
  }

  /**
   * By the platform's own clock, which rings the alarms (SQLite's, rounded up): were it set by a caller's clock, one that
   * is late by a window would have the alarm ring at once, and forget units that still count.
   */
  #ringIn(seconds: number): Promise<void> {
    const { now } = this.#sql.exec<{ now: number }>("SELECT unixepoch() + 1 AS now").one();
    return this.#storage.setAlarm((now + seconds) * 1000);
  }

  #rewrite(change: (ledger: Ledger) => Ledger): void {
    const before = this.#ledger();
    const after = change(before);
    this.#saveSlots(before, after);
    if (this.#hasTables) this.#saveAbout({ ...this.#about(), failures: after.failures });
  }

  #ledger(): Ledger {
    if (!this.#hasTables) return EMPTY_LEDGER;
    const slots = this.#sql.exec<{ end: number; units: number }>("SELECT ends AS end, units FROM slots").toArray();
    return { slots, failures: this.#about().failures };
  }

  #about(): About {
    if (!this.#hasTables) return NOTHING;
    return this.#sql.exec<About>("SELECT failures, seconds_counted, wakes_at FROM about").toArray()[0] ?? NOTHING;
  }

  /** Writes the rows that differ, no others: each row written is paid for. */
  #saveSlots(before: Ledger, after: Ledger): void {
    const stored = new Map(before.slots.map(({ end, units }) => [end, units]));
    for (const { end, units } of after.slots) {
      if (stored.get(end) !== units)
        this.#write("INSERT OR REPLACE INTO slots (ends, units) VALUES (?, ?)", end, units);
      stored.delete(end);
    }
    for (const end of stored.keys()) this.#write("DELETE FROM slots WHERE ends = ?", end);
  }

  #saveAbout({ failures, seconds_counted, wakes_at }: About): void {
    const stored = this.#about();
    const same =
      stored.failures === failures && stored.seconds_counted === seconds_counted && stored.wakes_at === wakes_at;
    if (same) return;
    this.#write("INSERT OR REPLACE INTO about VALUES (1, ?, ?, ?)", failures, seconds_counted, wakes_at);
  }

  #write(statement: string, ...values: readonly number[]): void {
    if (!this.#hasTables) this.#sql.exec(TABLES);
    this.#hasTables = true;
    this.#sql.exec(statement, ...values);
  }
}

/** The port, on the Worker's binding. An object's name can be read in the dashboard: keys that must not be are hashed first. */
export function limiterOn(namespace: DurableObjectNamespace<Limiter>): LimiterPort {
  const object = (limit: Limit, key: string) => namespace.getByName(`${limit.name}:${key}`);
  return {
    async reserve(limit, key, now) {
      // If only the answer was lost, one unit too many is counted, never one too few.
      const decision = await askTwice(WHAT, async () => object(limit, key).reserve(limit, now));
      return { ...decision, limit, key };
    },
    // Never repeated: one unit that goes back twice would be somebody's extra guess.
    async giveBack({ limit, key, unit }) {
      if (unit !== null) await askOnce(WHAT, async () => object(limit, key).giveBack(unit));
    },
    async succeed({ limit, key, unit }) {
      if (unit !== null) await askOnce(WHAT, async () => object(limit, key).succeed(unit));
    },
    async clear(limit, key) {
      await askOnce(WHAT, async () => object(limit, key).clear());
    },
  };
}
