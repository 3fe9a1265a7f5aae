import type { Limit, Limiter } from "../../src/domain/limit.ts";
import { EMPTY_LEDGER, endFailures, type Ledger, returnUnit, takeUnit } from "../../src/domain/sliding-window.ts";

/** The limiter in a Map: the shortest thing that keeps the contract. */
export function memoryLimiter(): Limiter & { slotsOf(limit: Limit, key: string): number } {
  const ledgers = new Map<string, Ledger>();
  const nameOf = (limit: Limit, key: string) => `${limit.name}:${key}`;
  const ledgerOf = (limit: Limit, key: string) => ledgers.get(nameOf(limit, key)) ?? EMPTY_LEDGER;
  return {
    async reserve(limit, key, now) {
      const { decision, ledger } = takeUnit(limit, ledgerOf(limit, key), now);
      ledgers.set(nameOf(limit, key), ledger);
      return { ...decision, limit, key };
    },
    async giveBack({ limit, key, unit }) {
      if (unit !== null) ledgers.set(nameOf(limit, key), returnUnit(ledgerOf(limit, key), unit));
    },
    async succeed({ limit, key, unit }) {
      if (unit !== null) ledgers.set(nameOf(limit, key), endFailures(ledgerOf(limit, key), unit));
    },
    async clear(limit, key) {
      ledgers.delete(nameOf(limit, key));
    },
    slotsOf: (limit, key) => ledgerOf(limit, key).slots.length,
  };
}
