// What the world decides, for programs that have no Core: each of these is a default that a caller may replace.

/** Epoch seconds. */
export function systemNow(): number {
  return Date.now() / 1000;
}

/** The runtime's own `fetch`, as it is at the time of the call. */
export const systemFetch: typeof fetch = (...asked: Parameters<typeof fetch>) => globalThis.fetch(...asked);
