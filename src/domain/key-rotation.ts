import { SealBroken } from "../crypto/seal.ts";
import { type AuditAction, type AuditEntry, ownEntry } from "./audit.ts";
import type { Core } from "./ports.ts";
import { forgottenAt, publishesNextAt, type StoredSigningKey, signsAt } from "./signing-key.ts";
import { makeSigningKey, openSigningKey } from "./signing-key-pair.ts";

/**
 * What is due of the signing keys' lives, one step a run: the next key is published ahead of time, signs when everybody
 * can know it, and is kept after its time until nobody can present a token of it. Each step is one conditional batch: of
 * any number of runs at once one makes it.
 */
export async function rotateSigningKeys(core: Core): Promise<void> {
  const keys = await core.signingKeys.all();
  const current = keys.find(({ state }) => state === "current");
  const next = keys.find(({ state }) => state === "next");
  if (current !== undefined) {
    if (next === undefined) await publishNext(core, current);
    else await promote(core, { current, next });
  }
  const now = core.clock.now();
  const over = keys.filter((key) => now >= forgottenAt(key, core.settings));
  await Promise.all(over.map((key) => remove(core, key)));
}

async function publishNext(core: Core, current: StoredSigningKey): Promise<void> {
  const now = core.clock.now();
  if (now < publishesNextAt(current, core.settings)) return;
  const next = await makeSigningKey(core.sealer, { state: "next", now });
  const entry = told(core, { action: "signing_key.created", kid: next.kid });
  await say(core, entry, core.signingKeys.insertNext({ next, current: current.kid }, entry));
}

async function promote(
  core: Core,
  { current, next }: { current: StoredSigningKey; next: StoredSigningKey },
): Promise<void> {
  const now = core.clock.now();
  if (now < signsAt({ current, next }, core.settings)) return;
  if (!(await opens(core, next))) return remove(core, next);
  const entry = told(core, { action: "signing_key.promoted", kid: next.kid });
  await say(core, entry, core.signingKeys.promote({ next: next.kid, current: current.kid, now }, entry));
}

/** A key whose master key is gone would end every login: another takes its place, published anew. */
async function opens(core: Core, next: StoredSigningKey): Promise<boolean> {
  try {
    await openSigningKey(core.sealer, next);
    return true;
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    core.log.write("error", "signing_key.shut", { kid: next.kid, why: error.message });
    return false;
  }
}

async function remove(core: Core, { kid, state }: StoredSigningKey): Promise<void> {
  const entry = told(core, { action: "signing_key.removed", kid });
  await say(core, entry, core.signingKeys.remove({ kid, state }, entry));
}

function told(core: Core, { action, kid }: { action: AuditAction; kid: string }): AuditEntry {
  return ownEntry({ action, at: core.clock.now(), target: kid });
}

/** In the log what was done, by the run that did it. */
async function say(core: Core, { action, target }: AuditEntry, change: Promise<boolean>): Promise<void> {
  if (await change) core.log.write("info", action, { kid: target });
}
