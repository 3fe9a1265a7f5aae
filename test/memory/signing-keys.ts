import type { SigningKeys } from "../../src/domain/ports.ts";
import type { MemoryDatabase } from "./database.ts";

/** Signing keys in a list. */
export function memorySigningKeys(db: MemoryDatabase): SigningKeys {
  return {
    all: async () => [...db.signingKeys],

    async insertFirst(key) {
      if (db.signingKeys.length === 0) db.signingKeys.push(key);
    },
  };
}
