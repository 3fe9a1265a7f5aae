/** The quota of API keys on Durable Objects: one object a key counts for all isolates, and tells D1 of the usage. */
import { DurableObject } from "cloudflare:workers";
import type { DayUsage } from "../domain/api-key.ts";
import {
  askQuota,
  dayOf,
  EMPTY_KEY_LEDGER,
  type KeyLedger,
  type LeaseReport,
  type QuotaAnswer,
  type QuotaAsk,
  reportLeases,
} from "../domain/key-quota.ts";
import type { QuotaCounter } from "../domain/ports/key-quota.ts";
import { askOnce, askTwice } from "./ask.ts";
import { openDatabase } from "./d1.ts";
import { saveUsage } from "./d1-key-usage.ts";
import { consoleLog, systemClock } from "./world.ts";

/** The first use after a pause shows in lists within seconds; a busy key's usage is written once a minute. */
const FIRST_SAVE_SECONDS = 5;
const SAVE_EVERY_SECONDS = 60;
/** How long after its window an object that nobody asks is emptied: its days are over too then. */
const IDLE_SECONDS = 2 * 86_400;
const STATE = "state";

/** One stored value: reading or writing it is one row. Times of alarms are the platform's, all others the isolates'. */
interface State {
  readonly key: string;
  readonly ledger: KeyLedger;
  /** what D1 knows */
  readonly saved: readonly DayUsage[];
  readonly savedAt: number;
  /** when the alarm rings; 0 before the first */
  readonly wakesAt: number;
}

/**
 * One API key. What an isolate asks is read, decided and written with no await in between, so that no other call comes in
 * between. The usage is saved by alarm: no request waits for D1.
 */
export class KeyQuota extends DurableObject<{ DB: D1Database }> {
  readonly #storage = this.ctx.storage;

  async ask(key: string, ask: QuotaAsk): Promise<QuotaAnswer> {
    const state = this.#stateOf(key);
    const { answer, ledger } = askQuota(state.ledger, ask);
    // a refusal that learnt of nothing writes nothing
    if (answer.allowed || ask.reports.length > 0) await this.#count({ ...state, ledger });
    return answer;
  }

  async report(key: string, reports: readonly LeaseReport[]): Promise<void> {
    const state = this.#stateOf(key);
    const ledger = reportLeases(state.ledger, reports);
    if (ledger !== state.ledger) await this.#count({ ...state, ledger });
  }

  override async alarm(): Promise<void> {
    const state = this.#storage.kv.get<State>(STATE);
    if (state === undefined) return;
    const { ledger, key } = state;
    const days = unsavedDays(state);
    if (days.length === 0) return this.#rest(state);
    try {
      await saveUsage(openDatabase(this.env.DB), { publicId: key, days, lastUsedAt: ledger.lastUsedAt });
    } catch (error) {
      // The platform repeats an alarm that throws only a few times; this one is repeated until D1 is back.
      consoleLog.write("error", "key_usage.unsaved", { key, why: error instanceof Error ? error.message : "unknown" });
      return this.#save({ ...this.#stateOf(key), wakesAt: systemClock.now() + SAVE_EVERY_SECONDS });
    }
    await this.#saved(this.#stateOf(key), ledger);
  }

  /** Requests went on meanwhile: what they counted is due in a minute. */
  async #saved(state: State, { days: saved }: KeyLedger): Promise<void> {
    const { ledger } = state;
    // Yesterday may still get units of a lease that ended at midnight.
    const days = ledger.days.filter(({ day }) => day >= dayOf(ledger.latest) - 1);
    const next = { ...state, ledger: { ...ledger, days }, saved, savedAt: systemClock.now() };
    if (unsavedDays(next).length === 0) return this.#rest(next);
    await this.#save({ ...next, wakesAt: next.savedAt + SAVE_EVERY_SECONDS });
  }

  /** Nothing is left to save: the object is emptied once it has been idle for long enough. */
  async #rest(state: State): Promise<void> {
    const { savedAt, ledger } = state;
    const wakesAt = savedAt + Math.max(0, ledger.windowEnd - ledger.latest) + IDLE_SECONDS;
    if (wakesAt <= systemClock.now()) await this.#storage.deleteAll();
    else await this.#save({ ...state, wakesAt });
  }

  #stateOf(key: string): State {
    const empty = { key, ledger: EMPTY_KEY_LEDGER, saved: [], savedAt: 0, wakesAt: 0 };
    return this.#storage.kv.get<State>(STATE) ?? empty;
  }

  async #count(state: State): Promise<void> {
    const now = systemClock.now();
    const due = Math.max(now + FIRST_SAVE_SECONDS, state.savedAt + SAVE_EVERY_SECONDS);
    // An alarm that is overdue was lost; one that is far away waits to empty the object.
    const isSet = now <= state.wakesAt && state.wakesAt <= due;
    if (isSet) this.#storage.kv.put(STATE, state);
    else await this.#save({ ...state, wakesAt: due });
  }

  async #save(state: State): Promise<void> {
    this.#storage.kv.put(STATE, state);
    await this.#storage.setAlarm(state.wakesAt * 1000);
  }
}

/** The days whose counts D1 has not heard of. */
function unsavedDays({ ledger, saved }: State): DayUsage[] {
  return ledger.days.filter(
    ({ day, requests }) => !saved.some((known) => known.day === day && known.requests === requests),
  );
}

/** The port, on the Worker's binding. */
export function quotaCounterOn(namespace: DurableObjectNamespace<KeyQuota>): QuotaCounter {
  return {
    // If only the answer was lost, one request too many is counted, never one too few.
    ask: (key, ask) => askTwice("key quota", async () => namespace.getByName(key).ask(key, ask)),
    report: (key, reports) => askOnce("key quota", async () => namespace.getByName(key).report(key, [...reports])),
  };
}
