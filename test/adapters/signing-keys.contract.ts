import { beforeEach, describe, expect, it } from "vitest";
import type { StoredSigningKey } from "../../src/domain/ports.ts";
import { type MakeStorage, NOW, type Storage } from "./storage.ts";

const key = (kid: string): StoredSigningKey => ({
  kid,
  state: "current",
  publicJwk: `{"kid":"${kid}"}`,
  sealedPrivateJwk: `1.sealed-${kid}`,
  createdAt: NOW,
});

/** What every store of signing keys promises. */
export function signingKeysContract(name: string, make: MakeStorage): void {
  let storage: Storage;

  describe(`signing keys: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
    });

    it("there are none at first", async () => {
      expect(await storage.signingKeys.all()).toEqual([]);
    });

    it("the first key is stored whole", async () => {
      await storage.signingKeys.insertFirst(key("a"));
      expect(await storage.signingKeys.all()).toEqual([key("a")]);
    });

    it("a second first key changes nothing, under its own name or the same", async () => {
      await storage.signingKeys.insertFirst(key("a"));
      await storage.signingKeys.insertFirst(key("b"));
      await storage.signingKeys.insertFirst({ ...key("a"), sealedPrivateJwk: "1.another" });
      expect(await storage.signingKeys.all()).toEqual([key("a")]);
    });

    it("of 8 parallel cold starts one key is kept", async () => {
      const kids = ["a", "b", "c", "d", "e", "f", "g", "h"];
      await Promise.all(kids.map((kid) => storage.signingKeys.insertFirst(key(kid))));
      const stored = await storage.signingKeys.all();
      expect(stored).toHaveLength(1);
      expect(stored[0]).toEqual(key(stored[0]?.kid ?? ""));
    });
  });
}
