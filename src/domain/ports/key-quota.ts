import type { Call } from "../call.ts";
import type { LeaseReport, QuotaAnswer, QuotaAsk } from "../key-quota.ts";
import type { LimitState } from "../limit.ts";

/** One key's count, wherever it is kept: one place for all isolates. Throws AuthError `unavailable`. */
export interface QuotaCounter {
  ask(key: string, ask: QuotaAsk): Promise<QuotaAnswer>;
  /** Reports leases, and asks for nothing. */
  report(key: string, reports: readonly LeaseReport[]): Promise<void>;
}

/** The quotas of all keys, as one isolate sees them. */
export interface KeyQuota {
  /** Counts one request of the key, from memory while a lease lasts. Throws AuthError `unavailable` when nobody can count. */
  take(key: QuotaOf, call: Pick<Call, "later">): Promise<LimitState>;
}

export interface QuotaOf {
  readonly publicId: string;
  readonly rateLimit: number;
}
