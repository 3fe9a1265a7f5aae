import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/adapters/d1.ts";
import { saveUsage } from "../../src/adapters/d1-key-usage.ts";
import type { SecretHash, SessionId } from "../../src/domain/ids.ts";
import type { ApiKeys } from "../../src/domain/ports/api-keys.ts";
import { counted } from "../bindings.ts";
import { apiKeysContract } from "./api-keys.contract.ts";
import { audit, d1Storage, memoryStorage, NOW, opened, type Registered, registered, storageOn } from "./storage.ts";

apiKeysContract("memory", memoryStorage);
apiKeysContract("D1", d1Storage);

const SECRET = "secret" as SecretHash;
const SESSION = "ses_1" as SessionId;
const DAY = NOW / 86_400;

let here: ApiKeys;
let there: ApiKeys;
let ada: Registered;
let operations: string[];
const start = async () => {
  await d1Storage();
  const counting = counted();
  operations = counting.operations;
  const storage = storageOn(openDatabase(counting.bindings.DB));
  here = storage.apiKeys;
  there = storageOn(openDatabase(env.DB)).apiKeys;
  ada = await registered(storage);
  await opened(storage, ada, { id: SESSION });
  await made("key_1", SECRET);
  operations.length = 0;
};

async function made(publicId: string, secret: SecretHash): Promise<void> {
  const settings = { name: "One", description: null, shownAs: "sk_live_one", rateLimit: 1_000, scopes: [] };
  const times = { createdAt: NOW, expiresAt: NOW + 100_000 };
  const key = { ...settings, ...times, publicId, secret, owner: ada.user.id, organization: null, session: SESSION };
  await here.create(key, audit("api_key.created"));
}

const reads = async (secret: SecretHash, now: number) => {
  operations.length = 0;
  await here.recentStanding(secret, now);
  return operations.length;
};

describe("what an isolate remembers of a key", () => {
  beforeEach(start);

  it("is asked of D1 once in ten seconds, and stands meanwhile", async () => {
    expect(await reads(SECRET, NOW)).toBe(1);
    expect(await here.recentStanding(SECRET, NOW + 9)).toMatchObject({ user: ada.user });
    expect(await reads(SECRET, NOW + 9)).toBe(0);
    expect(await reads(SECRET, NOW + 10)).toBe(1);
  });

  it("a revocation elsewhere is known after ten seconds, to who asks for the truth at once", async () => {
    await here.recentStanding(SECRET, NOW);
    await there.revoke({ key: { publicId: "key_1" }, owner: ada.user.id, now: NOW }, audit("api_key.revoked"));
    expect(await here.recentStanding(SECRET, NOW + 9)).not.toBeNull();
    expect(await here.recentStanding(SECRET, NOW + 10)).toBeNull();
    expect(await here.standing(SECRET, NOW)).toBeNull();
  });

  it("the truth, once asked, is what is remembered", async () => {
    await here.recentStanding(SECRET, NOW);
    await there.revoke({ key: { publicId: "key_1" }, owner: ada.user.id, now: NOW }, audit("api_key.revoked"));
    await here.standing(SECRET, NOW + 1);
    expect(await here.recentStanding(SECRET, NOW + 1)).toBeNull();
  });

  it("is forgotten by its owner alone", async () => {
    const bob = await registered(storageOn(openDatabase(env.DB)), "bob");
    await here.recentStanding(SECRET, NOW);
    here.forget(bob.user.id);
    expect(await reads(SECRET, NOW)).toBe(0);
    here.forget(ada.user.id);
    expect(await reads(SECRET, NOW)).toBe(1);
  });

  it("a read that began before something was forgotten is not remembered", async () => {
    const reading = here.recentStanding(SECRET, NOW);
    here.forget(ada.user.id);
    await reading;
    expect(await reads(SECRET, NOW)).toBe(1);
  });

  it("no longer than the secret is good", async () => {
    const rotation = { key: { publicId: "key_1" }, owner: ada.user.id, now: NOW, shownAs: "sk_live_two" };
    await here.rotate({ ...rotation, secret: "two" as SecretHash, othersEndAt: NOW + 4 }, audit("api_key.rotated"));
    expect(await here.recentStanding(SECRET, NOW + 3)).not.toBeNull();
    expect(await here.recentStanding(SECRET, NOW + 4)).toBeNull();
  });

  it("an unknown secret is asked for each time: its key may be made this moment", async () => {
    const later = "later" as SecretHash;
    expect(await here.recentStanding(later, NOW)).toBeNull();
    await made("key_2", later);
    expect(await here.recentStanding(later, NOW)).not.toBeNull();
  });
});

describe("the usage", () => {
  beforeEach(start);
  const db = openDatabase(env.DB);
  const listed = async () => (await here.ofOwner(ada.user.id, NOW))[0];

  it("is listed by day, newest first, of the last 30 days", async () => {
    const days = [0, 1, 29, 30].map((ago) => ({ day: DAY - ago, requests: 100 + ago }));
    await saveUsage(db, { publicId: "key_1", days, lastUsedAt: NOW - 5 });
    const shown = [0, 1, 29].map((ago) => ({ day: DAY - ago, requests: 100 + ago }));
    expect(await listed()).toMatchObject({ lastUsedAt: NOW - 5, usage: shown });
  });

  it("counts once what arrives twice, and never runs back", async () => {
    const report = { publicId: "key_1", days: [{ day: DAY, requests: 7 }], lastUsedAt: NOW };
    for (const [requests, lastUsedAt] of [
      [7, NOW],
      [7, NOW],
      [9, NOW + 3],
      [8, NOW + 2],
    ] as const) {
      await saveUsage(db, { ...report, days: [{ day: DAY, requests }], lastUsedAt });
    }
    expect(await listed()).toMatchObject({ lastUsedAt: NOW + 3, usage: [{ day: DAY, requests: 9 }] });
  });

  it("of one key is no other's, and of an unknown one nobody's", async () => {
    await made("key_2", "secret-2" as SecretHash);
    for (const publicId of ["key_1", "key_unknown"]) {
      await saveUsage(db, { publicId, days: [{ day: DAY, requests: 7 }], lastUsedAt: NOW });
    }
    const usages = (await here.ofOwner(ada.user.id, NOW)).map(({ publicId, usage }) => [publicId, usage.length]);
    expect(usages).toEqual([
      ["key_2", 0],
      ["key_1", 1],
    ]);
  });
});
