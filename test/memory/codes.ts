import type { CodeLedger, CodeRecords, LiveCode } from "../../src/domain/ports/codes.ts";

/** Records in a Map that forgets nothing: the ledger knows when a code is over. */
export function memoryCodeRecords(): CodeRecords {
  const records = new Map<string, string>();
  return {
    async put(name, id) {
      records.set(name, id);
    },
    get: async (name) => records.get(name) ?? null,
  };
}

export function memoryCodeLedger(): CodeLedger {
  const codes = new Map<string, LiveCode>();
  const live = (recipient: string, now: number) => {
    const code = codes.get(recipient);
    return code !== undefined && now < code.expiresAt ? code : null;
  };
  return {
    async begin(recipient, code) {
      codes.set(recipient, code);
    },
    live: async (recipient, now) => live(recipient, now),
    spend: async (recipient, { id, now }) => live(recipient, now)?.id === id && codes.delete(recipient),
  };
}
