import { systemRandom } from "../../src/adapters/world.ts";
import { IsolateQuota } from "../../src/domain/isolate-quota.ts";
import type { LeaseReport } from "../../src/domain/key-quota.ts";
import type { QuotaCounter } from "../../src/domain/ports/key-quota.ts";
import { memoryQuotaCounter } from "../memory/quota-counter.ts";

export const WINDOW_SECONDS = 3_600;
const KEY = "key_1";
const START_MS = 1_767_225_600_000;

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** Time that jumps from one event to the next. */
class Timeline {
  now = START_MS;
  readonly #timers: Timer[] = [];

  sleep(ms: number): Promise<void> {
    return new Promise((ring) => {
      const timer = { at: this.now + ms, ring };
      const before = this.#timers.findLastIndex(({ at }) => at <= timer.at);
      this.#timers.splice(before + 1, 0, timer);
    });
  }

  /** Until that moment, or until nothing is waited for. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (let next = this.#timers[0]; next !== undefined && next.at <= until; next = this.#timers[0]) {
      this.#timers.shift();
      this.now = next.at;
      next.ring();
      await settled();
    }
    if (Number.isFinite(until)) this.now = until;
  }
}

/** What waits for nothing but promises is done. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 12; turns++) await null;
}

export interface Network {
  /** milliseconds to the counter, and back */
  readonly there: () => number;
  readonly back: () => number;
  /** whether this call is lost on its way, or its answer is */
  readonly loses: () => "ask" | "answer" | null;
}

interface Asked {
  allowed: boolean;
}

/** Many isolates, whose clocks disagree, share one key's quota over a network; each may vanish at any moment. */
export class Fleet {
  readonly time = new Timeline();
  readonly counter = memoryQuotaCounter();
  /** requests that passed, in each window that the counter opened */
  readonly passed: number[] = [];
  refused = 0;
  asks = 0;
  /** leases that the counter was told of, and how often */
  readonly heard = new Set<string>();
  reports = 0;
  readonly #limit: number;
  readonly #network: Network;
  readonly #clocks: readonly number[];
  readonly #isolates = new Map<number, IsolateQuota>();
  #window = 0;
  #isLossy = true;
  /** the request that runs right now */
  #asking: Asked | null = null;

  /** @param clocks how many milliseconds each isolate's clock is ahead */
  constructor({ limit, clocks, network }: { limit: number; clocks: readonly number[]; network: Network }) {
    this.#limit = limit;
    this.#clocks = clocks;
    this.#network = network;
  }

  /** One request at one isolate. What it decides is counted in the window that is open at that moment. */
  async request(isolate: number): Promise<void> {
    const asked: Asked = { allowed: false };
    this.#asking = asked;
    const answer = this.#isolate(isolate).take({ publicId: KEY, rateLimit: this.#limit }, { later: swallow });
    this.#asking = null;
    try {
      const { allowed } = await answer;
      if (!allowed) this.refused += 1;
      // What the counter itself allowed was counted when it did.
      else if (!asked.allowed) this.#pass();
    } catch {
      // lost on the network: nobody passed
    }
  }

  /** Parallel requests at one isolate, then a pause. */
  async burst(
    isolate: number,
    { requests = 1, thenMs = 0 }: { requests?: number; thenMs?: number } = {},
  ): Promise<void> {
    for (let n = 0; n < requests; n++) void this.request(isolate);
    await settled();
    await this.time.run(this.time.now + Math.floor(thenMs));
  }

  /** From now on no call is lost. */
  mend(): void {
    this.#isLossy = false;
  }

  crash(isolate: number): void {
    this.#isolates.delete(isolate);
  }

  #isolate(at: number): IsolateQuota {
    const known = this.#isolates.get(at);
    if (known !== undefined) return known;
    const skew = this.#clocks[at % this.#clocks.length] ?? 0;
    const quota: IsolateQuota = new IsolateQuota({
      counter: this.#remote(),
      clock: {
        now: () => Math.floor((this.time.now + skew) / 1000),
        // who has vanished reports nothing
        pause: (seconds) =>
          this.time.sleep(seconds * 1000).then(() => (this.#isolates.get(at) === quota ? undefined : never())),
      },
      random: systemRandom,
      windowSeconds: WINDOW_SECONDS,
    });
    this.#isolates.set(at, quota);
    return quota;
  }

  #remote(): QuotaCounter {
    const { there, back } = this.#network;
    const loses = () => (this.#isLossy ? this.#network.loses() : null);
    return {
      ask: async (key, ask) => {
        const asking = this.#asking;
        const lost = loses();
        await this.time.sleep(there());
        if (lost === "ask") throw new Error("lost on the way");
        this.asks += 1;
        this.#hear(ask.reports);
        const answer = await this.counter.ask(key, ask);
        this.#window = this.#openWindow();
        if (answer.allowed && lost === null) {
          if (asking !== null) asking.allowed = true;
          this.#pass();
        }
        await this.time.sleep(back());
        if (lost === "answer") throw new Error("lost on the way back");
        return answer;
      },
      report: async (key, reports) => {
        await this.time.sleep(there());
        if (loses() !== null) throw new Error("lost");
        this.#hear(reports);
        await this.counter.report(key, reports);
      },
    };
  }

  #hear(reports: readonly LeaseReport[]): void {
    this.reports += reports.length;
    for (const { id } of reports) this.heard.add(id);
  }

  #openWindow(): number {
    const { window } = this.counter.ledgerOf(KEY);
    if (window !== this.#window) this.passed.push(0);
    return window;
  }

  #pass(): void {
    this.passed[this.passed.length - 1] = (this.passed.at(-1) ?? 0) + 1;
  }

  /** Requests of all days, as the owner of the key will see them. */
  usage(): number {
    return this.counter.ledgerOf(KEY).days.reduce((sum, { requests }) => sum + requests, 0);
  }

  /** What the counter has leased and not heard of: in all, and of leases that can still be spent. */
  leased(): { unreported: number; live: number } {
    const { leases, window, latest } = this.counter.ledgerOf(KEY);
    const unreported = leases.filter((lease) => lease.window === window);
    const live = unreported.filter(({ over }) => over > latest);
    const units = (some: typeof leases) => some.reduce((sum, lease) => sum + lease.units, 0);
    return { unreported: units(unreported), live: units(live) };
  }
}

function swallow(work: Promise<unknown>): void {
  work.catch(() => undefined);
}

function never(): Promise<void> {
  return new Promise(() => undefined);
}
