// What the world decides, for programs that have no Core: each of these is a default that a caller may replace.

/** Epoch seconds. */
export function systemNow(): number {
  return Date.now() / 1000;
}

/** The runtime's own `fetch`, as it is at the time of the call. */
export const systemFetch: typeof fetch = (...asked: Parameters<typeof fetch>) => globalThis.fetch(...asked);

/** The part of Web Locks (https://w3c.github.io/web-locks/) that is used here. */
export interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Browsers and Node 24 have them; null elsewhere. */
export function systemLocks(): Locks | null {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks ?? null;
}
