import type { SigningKeys } from "../../src/domain/ports/signing-keys.ts";
import type { SigningKeyState } from "../../src/domain/signing-key.ts";
import type { MemoryDatabase } from "./database.ts";

/** Signing keys in a list. */
export function memorySigningKeys({ signingKeys, audit }: MemoryDatabase): SigningKeys {
  const at = (kid: string, state: SigningKeyState) =>
    signingKeys.findIndex((key) => key.kid === kid && key.state === state);
  const isTaken = (kid: string, state: SigningKeyState) =>
    signingKeys.some((key) => key.kid === kid || key.state === state);

  return {
    all: async () => signingKeys.toSorted((a, b) => b.createdAt - a.createdAt),

    async insertCurrent(key, entry) {
      if (isTaken(key.kid, "current")) return;
      signingKeys.push(key);
      audit.push(entry);
    },

    async insertNext({ next, current }, entry) {
      if (at(current, "current") === -1 || isTaken(next.kid, "next")) return false;
      signingKeys.push(next);
      audit.push(entry);
      return true;
    },

    async promote({ next, current, now }, entry) {
      const [from, to] = [at(current, "current"), at(next, "next")];
      const [old, young] = [signingKeys[from], signingKeys[to]];
      if (old === undefined || young === undefined) return false;
      signingKeys[from] = { ...old, state: "retired", since: now, sealedPrivateJwk: "" };
      signingKeys[to] = { ...young, state: "current", since: now };
      audit.push(entry);
      return true;
    },

    async remove({ kid, state }, entry) {
      const found = at(kid, state);
      if (found === -1) return false;
      signingKeys.splice(found, 1);
      audit.push(entry);
      return true;
    },
  };
}
