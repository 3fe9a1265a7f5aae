import type { SealedBackupCode, SealedHash, SealedTotpSecret } from "../../src/domain/ids.ts";
import type { SealedPurpose, SealedValue, SealedValues } from "../../src/domain/ports/sealed-values.ts";
import { SEALED_PURPOSES } from "../../src/domain/ports/sealed-values.ts";
import type { MemoryDatabase } from "./database.ts";

interface Cell extends Omit<SealedValue, "row"> {
  write(sealed: string): void;
}

/** Whatever is sealed in the other maps. */
export function memorySealedValues(db: MemoryDatabase): SealedValues {
  const ownerOf = (id: number) => [...db.users.values()].find((user) => user.id === id)?.publicId ?? "";

  const cells: Readonly<Record<SealedPurpose, () => Cell[]>> = {
    "signing-key": () =>
      db.signingKeys.map((key, at) => ({
        ...{ owner: key.kid, name: "", sealed: key.sealedPrivateJwk },
        write: (sealed) => void db.signingKeys.splice(at, 1, { ...key, sealedPrivateJwk: sealed }),
      })),
    "password-hash": () =>
      [...db.users.values()].map((user) => ({
        ...{ owner: user.publicId, name: "", sealed: user.passwordHash ?? "" },
        write: (sealed) => void db.users.set(user.id, { ...user, passwordHash: sealed as SealedHash }),
      })),
    "totp-secret": () =>
      [...db.secondFactors].map(([userId, factor]) => ({
        ...{ owner: ownerOf(userId), name: "", sealed: factor.sealedSecret },
        write: (sealed) => void db.secondFactors.set(userId, { ...factor, sealedSecret: sealed as SealedTotpSecret }),
      })),
    "backup-code": () =>
      [...db.backupCodes].flatMap(([userId, codes]) =>
        codes.map(({ id, sealedCode }) => ({
          ...{ owner: ownerOf(userId), name: id, sealed: sealedCode },
          write(sealed) {
            const now = db.backupCodes.get(userId) ?? [];
            const written = now.map((code) => (code.id === id ? { id, sealedCode: sealed as SealedBackupCode } : code));
            db.backupCodes.set(userId, written);
          },
        })),
      ),
  };
  const keyIdOf = ({ sealed }: Cell) => Number.parseInt(sealed, 10) || 0;
  const valuesOf = (purpose: SealedPurpose) => cells[purpose]().map((cell, at) => ({ ...cell, row: at + 1 }));

  return {
    async lots() {
      return SEALED_PURPOSES.flatMap((purpose) => {
        const ids = new Set(cells[purpose]().map(keyIdOf));
        return [...ids].filter((keyId) => keyId > 0).map((keyId) => ({ purpose, keyId }));
      });
    },

    count: async ({ purpose, keyId }) => cells[purpose]().filter((cell) => keyIdOf(cell) === keyId).length,

    async page({ purpose, keyId, after, limit }) {
      const found = valuesOf(purpose).filter((value) => value.row > after && keyIdOf(value) === keyId);
      return found.slice(0, limit).map(({ row, owner, name, sealed }) => ({ row, owner, name, sealed }));
    },

    async replace(purpose, resealed) {
      const replaced = resealed.flatMap(({ row, from, to }) => {
        const value = valuesOf(purpose).find((each) => each.row === row && each.sealed === from);
        value?.write(to);
        return value === undefined ? [] : [value];
      });
      return replaced.length;
    },
  };
}
