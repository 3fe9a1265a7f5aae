import type { Purpose } from "../../crypto/seal.ts";

/** What rests sealed, wherever it is stored. */
export const SEALED_PURPOSES = [
  "signing-key",
  "password-hash",
  "totp-secret",
  "backup-code",
] as const satisfies Purpose[];
export type SealedPurpose = (typeof SEALED_PURPOSES)[number];

/** All values of one purpose that one master key sealed. */
export interface SealedLot {
  readonly purpose: SealedPurpose;
  readonly keyId: number;
}

export interface SealedValue {
  /** where it is among those of its purpose */
  readonly row: number;
  /** public id of the user whose it is; of a signing key the `kid` */
  readonly owner: string;
  /** which of its owner's it is; empty where there is one */
  readonly name: string;
  readonly sealed: string;
}

/** The same value, sealed anew. */
export interface Resealed {
  readonly row: number;
  readonly from: string;
  readonly to: string;
}

/** Everything that was sealed under `MASTER_KEYS`, to be sealed again. */
export interface SealedValues {
  /** Those that aren't empty. Costs a row or two for each, however much is stored. */
  lots(): Promise<SealedLot[]>;
  count(lot: SealedLot): Promise<number>;
  /** In the order of their rows, those behind `after`. */
  page(which: SealedLot & { after: number; limit: number }): Promise<SealedValue[]>;
  /** Each where it still is what was opened; a value that changed meanwhile stays. Answers how many were replaced. */
  replace(purpose: SealedPurpose, values: readonly Resealed[]): Promise<number>;
}
