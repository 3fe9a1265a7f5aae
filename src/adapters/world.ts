import type { Random } from "../crypto/bytes.ts";
import type { Clock, Log } from "../domain/ports.ts";

// The one room for what the world decides: time, chance, and where log lines go.

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  pause: (seconds) => scheduler.wait(seconds * 1000),
};

export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** One JSON line each; Workers Logs indexes their fields. */
export const consoleLog: Log = {
  write(level, event, fields) {
    console[level](JSON.stringify({ level, event, ...fields }));
  },
};
