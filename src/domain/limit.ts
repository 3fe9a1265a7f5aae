/** A limit: at most `max` units within any `windowSeconds`. */
export interface Limit {
  /** its name in `RATE_LIMITS` and in the RateLimit headers: `login:account` */
  readonly name: string;
  /** units, a whole number */
  readonly max: number;
  /** a whole number from 1 up */
  readonly windowSeconds: number;
  /** units in a row without one success, across windows, after which the key is locked until it is cleared */
  readonly lockAfter?: number;
}

/** What a limiter says of one key of a limit. */
export interface LimitState {
  readonly limit: Limit;
  readonly allowed: boolean;
  /** true of a refusal because `lockAfter` has been reached: no waiting helps, only `clear` opens the key again */
  readonly locked: boolean;
  /** units left in the window; 0 when refused */
  readonly remaining: number;
  /** seconds until at least one more unit is there (when refused) or until the whole budget is (when allowed) */
  readonly resetSeconds: number;
}

/** The answer to `reserve`, and the receipt for the unit that it took. */
export interface Reservation extends LimitState {
  readonly key: string;
  /** which unit was taken: the end of its slot (epoch seconds), for the limiter alone; null when refused */
  readonly unit: number | null;
}

/**
 * Counts units by key. Each method throws AuthError `unavailable` when the count can't be had: what it guards is then
 * refused, never waved through.
 */
export interface Limiter {
  /**
   * Takes one unit, before the check that it guards: a parallel burst can never exceed the budget. A refused reserve
   * takes nothing and prolongs nothing.
   * @param now epoch seconds by the caller's clock, which may be behind, ahead or run backwards (see sliding-window.ts)
   */
  reserve(limit: Limit, key: string, now: number): Promise<Reservation>;
  /**
   * The guarded check failed through our own fault: the unit goes back to where it was taken and nothing is remembered.
   * At most once a reservation (and then not `succeed`): the limiter keeps counts, not receipts. A refused one is ignored.
   */
  giveBack(reservation: Reservation): Promise<void>;
  /** The guarded check succeeded: the unit goes back, as in `giveBack`, and the row of failures ends. */
  succeed(reservation: Reservation): Promise<void>;
  /** Forgets everything about the key, its lock too (a password reset, an admin). */
  clear(limit: Limit, key: string): Promise<void>;
}
