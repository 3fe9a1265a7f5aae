import type { Random } from "../crypto/bytes.ts";
import { base62 } from "../crypto/ids.ts";
import { KEY_LEASE_SECONDS } from "./api-key.ts";
import type { Call } from "./call.ts";
import type { LeaseReport, QuotaAnswer } from "./key-quota.ts";
import type { Limit, LimitState } from "./limit.ts";
import type { KeyQuota, QuotaCounter, QuotaOf } from "./ports/key-quota.ts";
import type { Clock } from "./ports.ts";

/** Keys whose leases one isolate remembers. Who is forgotten loses at most a lease. */
const PURSES_AT_MOST = 10_000;
const LEASE_ID_BYTES = 16;

/** A time from which something holds, and one from which it holds no more. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface HeldLease extends Span {
  readonly id: string;
  readonly units: number;
  spent: number;
  usedAt: number;
}

/** What one isolate knows of one key's quota. */
interface Purse {
  readonly leases: HeldLease[];
  /** never spent again, and not yet reported */
  readonly closed: LeaseReport[];
  /** said last: left for everybody beside the leases, and when the window ends */
  remaining: number;
  resetAt: number;
  /** while nothing is left: not asked again */
  refused: Span | null;
}

/**
 * Quotas from this isolate's memory: leases are spent here, and the counter is asked when none is left. Nothing of it is a
 * promise, so requests that run in parallel share values and never wait for each other.
 */
export class IsolateQuota implements KeyQuota {
  readonly #counter: QuotaCounter;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #windowSeconds: number;
  readonly #purses = new Map<string, Purse>();

  constructor(parts: { counter: QuotaCounter; clock: Clock; random: Random; windowSeconds: number }) {
    this.#counter = parts.counter;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#windowSeconds = parts.windowSeconds;
  }

  async take(key: QuotaOf, call: Pick<Call, "later">): Promise<LimitState> {
    const purse = this.#purseOf(key.publicId);
    const now = this.#clock.now();
    if (spendOne(purse, now)) return this.#state(key, purse, true);
    if (purse.refused !== null && isWithin(purse.refused, now)) return this.#state(key, purse, false);

    const { allowed, lease } = await this.#ask(key, purse, now);
    if (lease !== null) call.later(this.#reportAfter(key.publicId, purse, lease.seconds));
    // What another request of this isolate leased meanwhile is as good.
    return this.#state(key, purse, allowed || spendOne(purse, this.#clock.now()));
  }

  async #ask({ publicId, rateLimit }: QuotaOf, purse: Purse, now: number): Promise<QuotaAnswer> {
    const id = base62(this.#random(LEASE_ID_BYTES));
    const answer = await this.#reporting(purse, (reports) =>
      this.#counter.ask(publicId, { limit: rateLimit, windowSeconds: this.#windowSeconds, now, lease: id, reports }),
    );
    const { allowed, remaining, resetSeconds, lease } = answer;
    purse.remaining = remaining;
    purse.resetAt = now + resetSeconds;
    // Units may yet come back from leases; whoever asks too often learns of them a lease's time later.
    purse.refused = allowed ? null : { from: now, to: now + Math.min(KEY_LEASE_SECONDS, resetSeconds) };
    if (lease !== null)
      purse.leases.push({ id, units: lease.units, from: now, to: now + lease.seconds, spent: 0, usedAt: 0 });
    return answer;
  }

  /** An isolate that falls idle reports too: what it didn't spend is free again, what it spent is in the usage. */
  async #reportAfter(publicId: string, purse: Purse, seconds: number): Promise<void> {
    await this.#clock.pause(seconds);
    closeUnfit(purse, this.#clock.now());
    if (purse.closed.length > 0) await this.#reporting(purse, (reports) => this.#counter.report(publicId, reports));
  }

  /** Reports that did not arrive are sent again: the counter knows those that did. */
  async #reporting<Result>(purse: Purse, send: (reports: readonly LeaseReport[]) => Promise<Result>): Promise<Result> {
    const reports = purse.closed.splice(0);
    try {
      return await send(reports);
    } catch (error) {
      purse.closed.push(...reports);
      throw error;
    }
  }

  #state({ rateLimit }: QuotaOf, purse: Purse, allowed: boolean): LimitState {
    const limit: Limit = { name: "key", max: rateLimit, windowSeconds: this.#windowSeconds };
    const leased = purse.leases.reduce((sum, { units, spent }) => sum + units - spent, 0);
    const remaining = allowed ? purse.remaining + leased : 0;
    return { limit, allowed, locked: false, remaining, resetSeconds: Math.max(1, purse.resetAt - this.#clock.now()) };
  }

  #purseOf(publicId: string): Purse {
    const known = this.#purses.get(publicId);
    if (known !== undefined) return known;
    const [oldest] = this.#purses.keys();
    if (oldest !== undefined && this.#purses.size >= PURSES_AT_MOST) this.#purses.delete(oldest);
    const purse: Purse = { leases: [], closed: [], remaining: 0, resetAt: 0, refused: null };
    this.#purses.set(publicId, purse);
    return purse;
  }
}

function spendOne(purse: Purse, now: number): boolean {
  closeUnfit(purse, now);
  const [lease] = purse.leases;
  if (lease === undefined) return false;
  lease.spent += 1;
  lease.usedAt = now;
  return true;
}

/** A lease is closed once it is spent or its time is not now, and for good: a clock that jumps back opens none. */
function closeUnfit({ leases, closed }: Purse, now: number): void {
  for (let lease = leases[0]; lease !== undefined; lease = leases[0]) {
    if (isWithin(lease, now) && lease.spent < lease.units) return;
    leases.shift();
    closed.push({ id: lease.id, spent: lease.spent, usedAt: lease.usedAt });
  }
}

function isWithin({ from, to }: Span, now: number): boolean {
  return from <= now && now < to;
}
