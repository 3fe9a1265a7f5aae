import { beforeEach, describe, expect, it } from "vitest";
import type { BackupCodeId, SealedBackupCode, SealedHash, SealedTotpSecret } from "../../src/domain/ids.ts";
import type { SealedLot, SealedPurpose } from "../../src/domain/ports/sealed-values.ts";
import { account, audit, link, type MakeStorage, NOW, registered, type Storage } from "./storage.ts";

const code = (id: string, sealed: string) => ({ id: id as BackupCodeId, sealedCode: sealed as SealedBackupCode });

/** What every store of sealed values promises. */
export function sealedValuesContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  const lots = async () => {
    const found = await storage.sealedValues.lots();
    return found.map(({ purpose, keyId }) => `${purpose} ${keyId}`).sort();
  };
  const page = (lot: SealedLot, after = 0, limit = 9) => storage.sealedValues.page({ ...lot, after, limit });

  async function registerSealed(who: string, sealed: string) {
    const sealedAccount = { ...account(who), passwordHash: sealed as SealedHash };
    await storage.users.register(sealedAccount, link(`${who}@example.com`), audit("user.registered"));
  }

  describe(`sealed values: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
    });

    it("there are none at first", async () => {
      expect(await lots()).toEqual([]);
    });

    it("are told of by purpose and master key, each once", async () => {
      for (const [who, sealed] of Object.entries({ ada: "1.a", bob: "2.b", cleo: "2.c", dan: "10.d", eve: "9.e" })) {
        await registerSealed(who, sealed);
      }
      expect(await lots()).toEqual(["password-hash 1", "password-hash 10", "password-hash 2", "password-hash 9"]);
      expect(await storage.sealedValues.count({ purpose: "password-hash", keyId: 2 })).toBe(2);
      expect(await storage.sealedValues.count({ purpose: "password-hash", keyId: 1 })).toBe(1);
      expect(await storage.sealedValues.count({ purpose: "password-hash", keyId: 3 })).toBe(0);
      expect(await storage.sealedValues.count({ purpose: "totp-secret", keyId: 2 })).toBe(0);
    });

    it("what is erased is none: a retired signing key has no private half", async () => {
      const key = { publicJwk: "{}", createdAt: NOW, since: NOW };
      const entry = audit("signing_key.created");
      const current = { ...key, kid: "a", state: "current", sealedPrivateJwk: "1.a" } as const;
      await storage.signingKeys.insertCurrent(current, entry);
      const next = { ...key, kid: "b", state: "next", sealedPrivateJwk: "2.b" } as const;
      await storage.signingKeys.insertNext({ next, current: "a" }, entry);
      expect(await lots()).toEqual(["signing-key 1", "signing-key 2"]);
      await storage.signingKeys.promote({ next: "b", current: "a", now: NOW }, entry);
      expect(await lots()).toEqual(["signing-key 2"]);
    });

    it("come in pages, in order, those of the one key alone", async () => {
      for (const [at, who] of ["ada", "bob", "cleo", "dan", "eve"].entries()) {
        await registerSealed(who, who === "bob" ? "2.b" : `1.${at}`);
      }
      const lot: SealedLot = { purpose: "password-hash", keyId: 1 };
      const first = await page(lot, 0, 2);
      expect(first.map(({ owner, sealed }) => [owner, sealed])).toEqual([
        ["user_ada", "1.0"],
        ["user_cleo", "1.2"],
      ]);
      const second = await page(lot, first.at(-1)?.row, 2);
      expect(second.map(({ owner }) => owner)).toEqual(["user_dan", "user_eve"]);
      expect(await page(lot, second.at(-1)?.row, 2)).toEqual([]);
    });

    describe("of every purpose", () => {
      const SEALED: Readonly<Record<SealedPurpose, string>> = {
        ...{ "signing-key": "1.key", "password-hash": "1.hash", "totp-secret": "1.secret", "backup-code": "1.code" },
      };

      beforeEach(async () => {
        await registerSealed("other", "7.other");
        await registerSealed("ada", SEALED["password-hash"]);
        const { user } = await registered(storage, "ada");
        const sealedSecret = SEALED["totp-secret"] as SealedTotpSecret;
        const codes = [code("bkp_2", SEALED["backup-code"]), code("bkp_3", "7.code")];
        await storage.secondFactors.begin(
          { userId: user.id, sealedSecret, codes, now: NOW },
          audit("second_factor.enabled"),
        );
        await storage.signingKeys.insertCurrent(
          {
            ...{ kid: "kid_a", state: "current", publicJwk: "{}", createdAt: NOW, since: NOW },
            sealedPrivateJwk: SEALED["signing-key"],
          },
          audit("signing_key.created"),
        );
      });

      it.each([
        ["signing-key", "kid_a", ""],
        ["password-hash", "user_ada", ""],
        ["totp-secret", "user_ada", ""],
        ["backup-code", "user_ada", "bkp_2"],
      ] as const)("a %s is found with its owner, and replaced where it still is what was found", async (...row) => {
        const [purpose, owner, called] = row;
        const sealed = SEALED[purpose];
        const [value, ...others] = await page({ purpose, keyId: 1 });
        expect(others).toEqual([]);
        expect(value).toEqual({ row: value?.row, owner, name: called, sealed });
        const at = value?.row ?? 0;

        const replace = storage.sealedValues.replace;
        expect(await replace(purpose, [{ row: at, from: "1.another", to: "2.x" }])).toBe(0);
        expect(await replace(purpose, [{ row: at + 1_000, from: sealed, to: "2.x" }])).toBe(0);
        expect(await page({ purpose, keyId: 1 })).toHaveLength(1);
        expect(await replace(purpose, [{ row: at, from: sealed, to: "2.x" }])).toBe(1);
        expect(await page({ purpose, keyId: 1 })).toEqual([]);
        expect(await page({ purpose, keyId: 2 })).toEqual([{ ...value, sealed: "2.x" }]);
        const kept = Object.entries(SEALED).filter(([each]) => each !== purpose);
        expect(await lots()).toEqual(
          [...kept.map(([each]) => `${each} 1`), `${purpose} 2`, "backup-code 7", "password-hash 7"].sort(),
        );
      });
    });

    it("many are replaced at once, and those that changed meanwhile stay", async () => {
      for (const who of ["ada", "bob", "cleo"]) await registerSealed(who, `1.${who}`);
      const values = await page({ purpose: "password-hash", keyId: 1 });
      const bob = await storage.users.credentialByEmail("bob@example.com");
      const changed = { from: "1.bob" as SealedHash, to: "1.newer" as SealedHash };
      if (bob !== null) await storage.users.upgradePasswordHash({ id: bob.user.id, ...changed });
      const anew = values.map(({ row, sealed }) => ({ row, from: sealed, to: sealed.replace("1.", "2.") }));
      expect(await storage.sealedValues.replace("password-hash", anew)).toBe(2);
      expect((await page({ purpose: "password-hash", keyId: 1 })).map(({ sealed }) => sealed)).toEqual(["1.newer"]);
      expect((await page({ purpose: "password-hash", keyId: 2 })).map(({ sealed }) => sealed)).toEqual([
        "2.ada",
        "2.cleo",
      ]);
    });

    it("none at all are replaced by none", async () => {
      expect(await storage.sealedValues.replace("password-hash", [])).toBe(0);
    });
  });
}
