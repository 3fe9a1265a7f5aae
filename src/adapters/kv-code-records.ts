import type { CodeRecords } from "../domain/ports/codes.ts";
import { askOnce } from "./ask.ts";

/** KV refuses an expiry under 60 s; the ledger knows when a shorter code is over. */
const KV_MIN_TTL_SECONDS = 60;

export function kvCodeRecords(kv: KVNamespace): CodeRecords {
  return {
    put: (name, id, lifetimeSeconds) =>
      askOnce("kv", () => kv.put(name, id, { expirationTtl: Math.max(KV_MIN_TTL_SECONDS, lifetimeSeconds) })),
    get: (name) => askOnce("kv", () => kv.get(name)),
  };
}
