import { askQuota, EMPTY_KEY_LEDGER, type KeyLedger, reportLeases } from "../../src/domain/key-quota.ts";
import type { QuotaCounter } from "../../src/domain/ports/key-quota.ts";

/** The counters in a Map: the shortest thing that keeps the contract. */
export function memoryQuotaCounter(): QuotaCounter & { ledgerOf(key: string): KeyLedger } {
  const ledgers = new Map<string, KeyLedger>();
  const ledgerOf = (key: string) => ledgers.get(key) ?? EMPTY_KEY_LEDGER;
  return {
    async ask(key, ask) {
      const { answer, ledger } = askQuota(ledgerOf(key), ask);
      ledgers.set(key, ledger);
      return answer;
    },
    async report(key, reports) {
      ledgers.set(key, reportLeases(ledgerOf(key), reports));
    },
    ledgerOf,
  };
}
