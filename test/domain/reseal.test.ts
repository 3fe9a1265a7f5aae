import { beforeEach, describe, expect, it } from "vitest";
import type { SealedHash, UserId } from "../../src/domain/ids.ts";
import { leftToReseal, resealOutdated } from "../../src/domain/reseal.ts";
import { signedIn, signedUp } from "../memory/call.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

const OLD = `1:${"k".repeat(42)}A`;
const NEW = `2:${"n".repeat(42)}A`;

let old: MemoryCore;
let core: MemoryCore;
beforeEach(async () => {
  old = memoryCore({ MASTER_KEYS: OLD });
  await signedUp(old);
  await signedIn(old);
  core = memoryCore({ MASTER_KEYS: `${NEW},${OLD}` }, old);
});

const lines = (of = core) => of.log.lines.map((line) => JSON.parse(line));
const hashes = () => [...core.db.users.values()].map(({ passwordHash }) => passwordHash ?? "");

/** So many users more whose hash is this. */
function addUsers(count: number, passwordHash: string): void {
  const [ada] = core.db.users.values();
  if (ada === undefined) throw new Error("no user");
  const first = core.db.users.size + 1;
  for (let id = first; id < first + count; id++) {
    core.db.users.set(id as UserId, { ...ada, id: id as UserId, passwordHash: passwordHash as SealedHash });
  }
}

describe("after another master key came in front", () => {
  it("one run seals everything again under it, and says what is left", async () => {
    expect(await leftToReseal(core)).toBe(2);
    await resealOutdated(core);
    expect(hashes()).toEqual([expect.stringMatching(/^2\./)]);
    expect(core.db.signingKeys[0]?.sealedPrivateJwk).toMatch(/^2\./);
    expect(await leftToReseal(core)).toBe(0);
    expect(lines()).toEqual([{ level: "info", event: "reseal", resealed: 2, left: 0 }]);
  });

  it("what was sealed opens without the old one", async () => {
    await resealOutdated(core);
    const alone = memoryCore({ MASTER_KEYS: NEW }, core);
    await expect(signedIn(alone)).resolves.toHaveProperty("access");
  });

  it("a run does so many and no more; the runs after it do the rest", async () => {
    addUsers(2_300, hashes()[0] ?? "");
    const left = [];
    for (let run = 0; run < 3; run++) {
      await resealOutdated(core);
      left.push(await leftToReseal(core));
    }
    expect(left).toEqual([1_301, 301, 0]);
  });

  it("8 runs at once are as good as one", async () => {
    const runs = Array.from({ length: 8 }, () => memoryCore({ MASTER_KEYS: `${NEW},${OLD}` }, core));
    await Promise.all(runs.map(resealOutdated));
    expect(await leftToReseal(core)).toBe(0);
    expect(runs.flatMap(lines).reduce((sum, { resealed = 0 }) => sum + resealed, 0)).toBe(2);
    await expect(signedIn(core)).resolves.toHaveProperty("access");
  });

  it("a value that changed between reading and writing stays", async () => {
    const { sealedValues } = core;
    const page: typeof sealedValues.page = async (which) => {
      const values = await sealedValues.page(which);
      const [ada] = core.db.users.values();
      if (ada !== undefined) core.db.users.set(ada.id, { ...ada, passwordHash: "1.newer" as SealedHash });
      return values;
    };
    const { lots, count, replace } = sealedValues;
    const changing = { ...core, sealedValues: { lots, count, replace, page } };
    await resealOutdated(changing);
    expect(hashes()).toEqual(["1.newer"]);
  });
});

describe("when nothing is left", () => {
  it("a run costs one read and says nothing", async () => {
    await resealOutdated(core);
    core.calls.length = 0;
    core.log.lines.length = 0;
    await resealOutdated(core);
    expect(core.calls).toEqual(["sealedValues.lots"]);
    expect(core.log.lines).toEqual([]);
  });
});

describe("what can't be opened", () => {
  it("of a master key that is gone is logged and left alone; the others go on", async () => {
    addUsers(3, "7.sealed-under-a-key-that-is-gone");
    await resealOutdated(core);
    expect(hashes().filter((hash) => hash.startsWith("7."))).toHaveLength(3);
    expect(lines()).toEqual([
      { level: "error", event: "reseal.no_master_key", purpose: "password-hash", key_id: 7 },
      { level: "info", event: "reseal", resealed: 2, left: 3 },
    ]);
  });

  it("though a key with its id is there is counted in the log; those behind it go on", async () => {
    const sealed = hashes()[0] ?? "";
    addUsers(1_500, `${sealed.slice(0, -4)}AAAA`);
    const [ada] = core.db.users.values();
    if (ada === undefined) throw new Error("no user");
    core.db.users.delete(ada.id);
    core.db.users.set(9_999 as UserId, { ...ada, id: 9_999 as UserId });
    await resealOutdated(core);
    expect(hashes().filter((hash) => hash.startsWith("2."))).toHaveLength(1);
    expect(lines()).toEqual([
      { level: "error", event: "reseal.broken", purpose: "password-hash", key_id: 1, broken: 1_500 },
      { level: "info", event: "reseal", resealed: 2, left: 1_500 },
    ]);
  });

  it("no log line bears anything of what is sealed", async () => {
    addUsers(1, "7.canary");
    addUsers(1, "1.canary");
    await resealOutdated(core);
    expect(core.log.lines.join()).not.toMatch(/canary|user_|[\w-]{40}/);
  });
});
