import { SealBroken } from "../crypto/seal.ts";
import { backupCodeContext } from "./backup-codes.ts";
import type { Resealed, SealedLot, SealedPurpose, SealedValue } from "./ports/sealed-values.ts";
import type { Core } from "./ports.ts";

/** One read, one write and 200 times two AES operations. */
const PAGE = 200;

/** What one run seals anew of a lot: 100,000 accounts follow a new master key in less than two hours. */
const VALUES_A_RUN = 1_000;

/** What one run looks at: broken values, which stay where they are, hold nobody else up. */
const PAGES_A_RUN = 25;

/** What a value was sealed for: it opens for nothing else. */
const CONTEXTS: Readonly<Record<SealedPurpose, (value: SealedValue) => string>> = {
  "signing-key": ({ owner }) => owner,
  "password-hash": ({ owner }) => owner,
  "totp-secret": ({ owner }) => owner,
  "backup-code": ({ owner, name }) => backupCodeContext({ publicId: owner, id: name }),
};

/** Seals under the first master key what an older one sealed, so many values a run. When nothing is left it costs one small read. */
export async function resealOutdated(core: Core): Promise<void> {
  const outdated = await outdatedLots(core);
  if (outdated.length === 0) return;
  const resealed = await Promise.all(outdated.map((lot) => resealLot(core, lot)));
  const sum = resealed.reduce((total, count) => total + count, 0);
  core.log.write("info", "reseal", { resealed: sum, left: await leftToReseal(core) });
}

/** How many values rest under another master key than the first: at 0 the others open nothing that is stored. */
export async function leftToReseal(core: Core): Promise<number> {
  const counts = await Promise.all((await outdatedLots(core)).map((lot) => core.sealedValues.count(lot)));
  return counts.reduce((total, count) => total + count, 0);
}

async function outdatedLots(core: Core): Promise<SealedLot[]> {
  return (await core.sealedValues.lots()).filter(({ keyId }) => keyId !== core.sealer.currentKeyId);
}

/** How many were sealed anew. */
async function resealLot(core: Core, lot: SealedLot): Promise<number> {
  if (!core.sealer.knows(lot.keyId)) {
    core.log.write("error", "reseal.no_master_key", { purpose: lot.purpose, key_id: lot.keyId });
    return 0;
  }
  let [resealed, broken, after] = [0, 0, 0];
  for (let page = 0; page < PAGES_A_RUN && resealed < VALUES_A_RUN; page++) {
    const values = await core.sealedValues.page({ ...lot, after, limit: PAGE });
    const last = values.at(-1);
    if (last === undefined) break;
    after = last.row;
    const anew = (await Promise.all(values.map((value) => reseal(core, lot, value)))).filter((each) => each !== null);
    broken += values.length - anew.length;
    resealed += await core.sealedValues.replace(lot.purpose, anew);
  }
  if (broken > 0) core.log.write("error", "reseal.broken", { purpose: lot.purpose, key_id: lot.keyId, broken });
  return resealed;
}

/** Null for what doesn't open: tampered with, or of another key with the same id. */
async function reseal(core: Core, { purpose }: SealedLot, value: SealedValue): Promise<Resealed | null> {
  const context = CONTEXTS[purpose](value);
  try {
    const plaintext = await core.sealer.open({ purpose, context, sealed: value.sealed });
    return { row: value.row, from: value.sealed, to: await core.sealer.seal({ purpose, context, plaintext }) };
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}
