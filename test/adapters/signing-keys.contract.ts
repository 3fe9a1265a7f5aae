import { beforeEach, describe, expect, it } from "vitest";
import type { StoredSigningKey } from "../../src/domain/signing-key.ts";
import { audit, type MakeStorage, NOW, type Storage } from "./storage.ts";

const key = (kid: string, changes: Partial<StoredSigningKey> = {}): StoredSigningKey => ({
  kid,
  state: "current",
  publicJwk: `{"kid":"${kid}"}`,
  sealedPrivateJwk: `1.sealed-${kid}`,
  createdAt: NOW,
  since: NOW + 3,
  ...changes,
});
const next = (kid: string): StoredSigningKey => key(kid, { state: "next", createdAt: NOW + 60, since: NOW + 63 });

const MADE = audit("signing_key.created");
const PROMOTED = audit("signing_key.promoted");
const REMOVED = audit("signing_key.removed");

/** What every store of signing keys promises. */
export function signingKeysContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  const { insertCurrent, insertNext, promote, remove, all } = {
    insertCurrent: (of: StoredSigningKey) => storage.signingKeys.insertCurrent(of, MADE),
    insertNext: (of: StoredSigningKey, current = "a") => storage.signingKeys.insertNext({ next: of, current }, MADE),
    promote: (to = "b", current = "a") => storage.signingKeys.promote({ next: to, current, now: NOW + 99 }, PROMOTED),
    remove: (kid: string, state: StoredSigningKey["state"]) => storage.signingKeys.remove({ kid, state }, REMOVED),
    all: () => storage.signingKeys.all(),
  };
  const entries = async () => (await storage.auditRows()).map(({ action }) => action);

  describe(`signing keys: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
    });

    describe("the current key", () => {
      it("there is none at first", async () => {
        expect(await all()).toEqual([]);
      });

      it("is stored whole, with its audit entry", async () => {
        await insertCurrent(key("a"));
        expect(await all()).toEqual([key("a")]);
        expect(await storage.auditRows()).toEqual([MADE]);
      });

      it("a second one changes nothing, under its own name or the same", async () => {
        await insertCurrent(key("a"));
        await insertCurrent(key("b"));
        await insertCurrent({ ...key("a"), sealedPrivateJwk: "1.another" });
        expect(await all()).toEqual([key("a")]);
        expect(await entries()).toEqual(["signing_key.created"]);
      });

      it("of 8 parallel cold starts one key is kept", async () => {
        const kids = ["a", "b", "c", "d", "e", "f", "g", "h"];
        await Promise.all(kids.map((kid) => insertCurrent(key(kid))));
        const stored = await all();
        expect(stored).toHaveLength(1);
        expect(stored[0]).toEqual(key(stored[0]?.kid ?? ""));
        expect(await entries()).toEqual(["signing_key.created"]);
      });
    });

    describe("the next key", () => {
      beforeEach(() => insertCurrent(key("a")));

      it("is stored whole beside the current one, the newest first, with its audit entry", async () => {
        expect(await insertNext(next("b"))).toBe(true);
        expect(await all()).toEqual([next("b"), key("a")]);
        expect(await storage.auditRows()).toEqual([MADE, MADE]);
      });

      it("of 8 parallel ones one is kept", async () => {
        const kids = ["b", "c", "d", "e", "f", "g", "h", "i"];
        const inserted = await Promise.all(kids.map((kid) => insertNext(next(kid))));
        expect(inserted.filter(Boolean)).toHaveLength(1);
        expect(await all()).toHaveLength(2);
        expect(await entries()).toHaveLength(2);
      });

      it("comes not after a key that signs no more, or never did", async () => {
        expect(await insertNext(next("b"), "unknown")).toBe(false);
        await insertNext(next("b"));
        await promote();
        expect(await insertNext(next("c"), "a")).toBe(false);
        expect(await all()).toHaveLength(2);
        expect(await entries()).toHaveLength(3);
      });
    });

    describe("promotion", () => {
      beforeEach(async () => {
        await insertCurrent(key("a"));
        await insertNext(next("b"));
      });

      it("the next key signs, the current one is retired without its private half, with one audit entry", async () => {
        expect(await promote()).toBe(true);
        expect(await all()).toEqual([
          { ...next("b"), state: "current", since: NOW + 99 },
          { ...key("a"), state: "retired", since: NOW + 99, sealedPrivateJwk: "" },
        ]);
        expect(await storage.auditRows()).toEqual([MADE, MADE, PROMOTED]);
      });

      it("of 8 parallel ones one is made", async () => {
        const promoted = await Promise.all(Array.from({ length: 8 }, () => promote()));
        expect(promoted.filter(Boolean)).toHaveLength(1);
        expect(await entries()).toHaveLength(3);
      });

      it.each([
        ["a next key that isn't there", "c", "a"],
        ["a current key that isn't there", "b", "c"],
        ["the current key itself", "a", "a"],
        ["the two the wrong way round", "a", "b"],
      ])("of %s changes nothing", async (_what, to, current) => {
        expect(await promote(to, current)).toBe(false);
        expect(await all()).toEqual([next("b"), key("a")]);
        expect(await entries()).toHaveLength(2);
      });
    });

    describe("removal", () => {
      beforeEach(async () => {
        await insertCurrent(key("a"));
        await insertNext(next("b"));
      });

      it("takes the key away, with its audit entry, once", async () => {
        await promote();
        const removed = await Promise.all(Array.from({ length: 8 }, () => remove("a", "retired")));
        expect(removed.filter(Boolean)).toHaveLength(1);
        expect((await all()).map(({ kid }) => kid)).toEqual(["b"]);
        expect((await storage.auditRows()).slice(3)).toEqual([REMOVED]);
      });

      it("of a key in another state changes nothing", async () => {
        expect(await remove("a", "retired")).toBe(false);
        expect(await remove("b", "current")).toBe(false);
        expect(await all()).toHaveLength(2);
        expect(await entries()).toHaveLength(2);
      });

      it("of the next one makes room for another", async () => {
        expect(await remove("b", "next")).toBe(true);
        expect(await insertNext(next("c"))).toBe(true);
      });
    });
  });
}
