import { beforeEach, describe, expect, it } from "vitest";
import type { ApiKey, ApiKeyRef } from "../../src/domain/api-key.ts";
import type { ApiKeyId, SecretHash, SessionId, UserId } from "../../src/domain/ids.ts";
import type { ApiKeys, NewApiKey } from "../../src/domain/ports/api-keys.ts";
import {
  audit,
  auditedBy,
  type MakeStorage,
  NOW,
  opened,
  type Registered,
  registered,
  type Storage,
} from "./storage.ts";

const CREATED = audit("api_key.created");
const REVOKED = audit("api_key.revoked");
const ROTATED = audit("api_key.rotated");
const HOUR = 3_600;

const sessionOf = ({ user }: Pick<Registered, "user">) => `ses_of_${user.id}` as SessionId;

/** What every store of API keys promises. */
export function apiKeysContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let apiKeys: ApiKeys;
  let ada: Registered;
  let bob: Registered;
  beforeEach(async () => {
    storage = await make();
    apiKeys = storage.apiKeys;
    [ada, bob] = [await registered(storage), await registered(storage, "bob")];
    for (const who of [ada, bob]) await opened(storage, who, { id: sessionOf(who) });
  });

  /** No field is like another, so that one in the wrong column shows. */
  function wanted(word: string, { user, membership }: Registered, changes: Partial<NewApiKey> = {}): NewApiKey {
    return {
      ...{ publicId: `key_${word}`, name: `The ${word}`, description: `for ${word}`, shownAs: `sk_live_${word}` },
      ...{
        rateLimit: 1_234,
        scopes: [`read:${word}`, "write"],
        owner: user.id,
        organization: membership.organization.id,
      },
      ...{
        secret: `secret-${word}` as SecretHash,
        session: sessionOf({ user }),
        createdAt: NOW - 9,
        expiresAt: NOW + HOUR,
      },
      ...changes,
    };
  }
  async function created(word: string, of = ada, changes: Partial<NewApiKey> = {}): Promise<ApiKey> {
    const { owner: _, organization: __, secret: ___, session: ____, ...key } = wanted(word, of, changes);
    const id = await apiKeys.create(wanted(word, of, changes), CREATED);
    if (id === null) throw new Error("not created");
    return { ...key, id };
  }
  const which = (key: ApiKeyRef, owner: UserId = ada.user.id, now = NOW) => ({ key, owner, now });
  const revoke = (key: ApiKeyRef, owner?: UserId) => apiKeys.revoke(which(key, owner), REVOKED);
  const rotate = (key: ApiKeyRef, { word = "new", endAt = NOW, owner = ada.user.id } = {}) =>
    apiKeys.rotate(
      { ...which(key, owner), secret: `secret-${word}` as SecretHash, shownAs: `sk_live_${word}`, othersEndAt: endAt },
      ROTATED,
    );
  const standing = (word: string, now = NOW) => apiKeys.standing(`secret-${word}` as SecretHash, now);
  const names = async (owner = ada.user.id, now = NOW) => (await apiKeys.ofOwner(owner, now)).map((key) => key.name);

  describe(`api keys: ${name}`, () => {
    making();
    standingFor();
    revoking();
    rotating();
  });

  function making(): void {
    it("a new key is listed and found by both its names, with every field of its own", async () => {
      const key = await created("one");
      expect(await apiKeys.ofOwner(ada.user.id, NOW)).toEqual([{ ...key, lastUsedAt: null, usage: [] }]);
      expect(await apiKeys.own(which({ publicId: "key_one" }))).toEqual(key);
      expect(await apiKeys.own(which({ id: key.id }))).toEqual(key);
    });

    it("making one is one audit row with all its fields", async () => {
      expect(await auditedBy(storage, () => created("one"))).toEqual([CREATED]);
    });

    it("what its owner doesn't say is null or empty", async () => {
      const key = await created("one", ada, { description: null, scopes: [], organization: null });
      expect(key).toMatchObject({ description: null, scopes: [] });
      expect(await standing("one")).toMatchObject({ membership: null, key: { scopes: [] } });
    });

    it("a session that has ended makes none, and nothing is written", async () => {
      await storage.sessions.end({ id: sessionOf(ada), userId: ada.user.id, now: NOW }, audit("session.ended"));
      const written = await auditedBy(storage, async () => {
        expect(await apiKeys.create(wanted("one", ada), CREATED)).toBeNull();
        const over = wanted("two", bob, { createdAt: NOW + HOUR, expiresAt: NOW + 2 * HOUR });
        expect(await apiKeys.create(over, CREATED)).toBeNull();
      });
      expect(written).toEqual([]);
      expect(await standing("one")).toBeNull();
    });

    it("keys are listed newest first, and nobody else's", async () => {
      for (const word of ["one", "two", "three"]) await created(word);
      await created("bobs", bob);
      expect(await names()).toEqual(["The three", "The two", "The one"]);
    });

    it("a key is listed and found until the second before its end", async () => {
      const { expiresAt } = await created("one");
      for (const [now, found] of [
        [expiresAt - 1, 1],
        [expiresAt, 0],
      ] as const) {
        expect(await names(ada.user.id, now)).toHaveLength(found);
        expect((await apiKeys.own(which({ publicId: "key_one" }, ada.user.id, now))) === null).toBe(found === 0);
      }
    });

    it("another user's key is not found by either name", async () => {
      const { id } = await created("bobs", bob);
      expect(await apiKeys.own(which({ publicId: "key_bobs" }))).toBeNull();
      expect(await apiKeys.own(which({ id }))).toBeNull();
      expect(await apiKeys.own(which({ id: (id + 1) as ApiKeyId }))).toBeNull();
    });

    it("of 8 parallel ones, with 97 there, three are made, each with its audit row; who revokes one may make another", async () => {
      for (let n = 0; n < 97; n++) await created(`${n}`);
      await created("over", ada, { expiresAt: NOW - 9 });
      const written = await auditedBy(storage, async () => {
        const words = ["a", "b", "c", "d", "e", "f", "g", "h"];
        const ids = await Promise.all(words.map((word) => apiKeys.create(wanted(word, ada), CREATED)));
        expect(ids.filter((id) => id !== null)).toHaveLength(3);
      });
      expect(written).toEqual([CREATED, CREATED, CREATED]);
      expect(await names()).toHaveLength(100);
      await created("bobs", bob);
      await revoke({ publicId: "key_7" });
      await created("last");
    });
  }

  function standingFor(): void {
    it("a secret stands for its key, the owner and the membership in which it acts", async () => {
      const { publicId, rateLimit, scopes, expiresAt } = await created("one");
      expect(await standing("one")).toEqual({
        key: { publicId, rateLimit, scopes },
        ...{ expiresAt, user: ada.user, membership: ada.membership, hasSecondFactor: false },
      });
    });

    it("a key of an organization in which its owner is no member stands for nobody", async () => {
      await created("one", ada, { organization: bob.membership.organization.id });
      expect(await standing("one")).toBeNull();
    });

    it("a secret stands until the second before the key's end, and an unknown one never", async () => {
      const { expiresAt } = await created("one");
      expect(await standing("one", expiresAt - 1)).not.toBeNull();
      expect(await standing("one", expiresAt)).toBeNull();
      expect(await standing("two")).toBeNull();
    });
  }

  function revoking(): void {
    it("a revoked key stands for nobody, is not listed and not found; the others stay", async () => {
      await created("one");
      await created("two");
      const written = await auditedBy(storage, async () => expect(await revoke({ publicId: "key_one" })).toBe(true));
      expect(written).toEqual([REVOKED]);
      expect(await standing("one")).toBeNull();
      expect(await standing("two")).not.toBeNull();
      expect(await names()).toEqual(["The two"]);
      expect(await apiKeys.own(which({ publicId: "key_one" }))).toBeNull();
    });

    it("another user's key, an ended and an unknown one are false, untouched, and nothing is written", async () => {
      const { id } = await created("bobs", bob);
      await created("over", ada, { expiresAt: NOW });
      const written = await auditedBy(storage, async () => {
        for (const ref of [{ publicId: "key_bobs" }, { id }, { publicId: "key_over" }, { publicId: "" }]) {
          expect(await revoke(ref)).toBe(false);
          expect(await rotate(ref)).toBe(false);
        }
      });
      expect(written).toEqual([]);
      expect(await standing("bobs")).not.toBeNull();
      expect(await standing("new")).toBeNull();
    });

    it("of 8 parallel revocations exactly one is true, with one audit row", async () => {
      const { id } = await created("one");
      const written = await auditedBy(storage, async () => {
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => revoke({ id })));
        expect(outcomes.filter((revoked) => revoked)).toHaveLength(1);
      });
      expect(written).toEqual([REVOKED]);
    });
  }

  function rotating(): void {
    it("a rotation is one audit row; the key keeps its settings and shows its new secret", async () => {
      const key = await created("one");
      await created("two");
      const written = await auditedBy(storage, async () => expect(await rotate({ id: key.id })).toBe(true));
      expect(written).toEqual([ROTATED]);
      expect(await apiKeys.own(which({ id: key.id }))).toEqual({ ...key, shownAs: "sk_live_new" });
      expect((await standing("new"))?.key.publicId).toBe(key.publicId);
      expect((await standing("new"))?.expiresAt).toBe(key.expiresAt);
      expect((await standing("two"))?.expiresAt).toBe(key.expiresAt);
    });

    it("without an overlap the old secret ends at once", async () => {
      await created("one");
      await rotate({ publicId: "key_one" });
      expect(await standing("one")).toBeNull();
      expect(await standing("new")).not.toBeNull();
    });

    it("the old secret stands until the overlap's end, which is its own expiry", async () => {
      await created("one");
      await rotate({ publicId: "key_one" }, { endAt: NOW + 60 });
      expect(await standing("one", NOW + 59)).toMatchObject({ expiresAt: NOW + 60, key: { publicId: "key_one" } });
      expect(await standing("one", NOW + 60)).toBeNull();
    });

    it("an overlap that is longer than the key's life does not prolong it", async () => {
      const { expiresAt } = await created("one");
      await rotate({ publicId: "key_one" }, { endAt: expiresAt + 60 });
      expect(await standing("one")).toMatchObject({ expiresAt });
      expect(await standing("one", expiresAt)).toBeNull();
    });

    it("a second rotation prolongs no older secret, and may end it sooner", async () => {
      await created("one");
      await rotate({ publicId: "key_one" }, { word: "two", endAt: NOW + 60 });
      await rotate({ publicId: "key_one" }, { word: "three", endAt: NOW + 600 });
      expect(await standing("one")).toMatchObject({ expiresAt: NOW + 60 });
      expect(await standing("two")).toMatchObject({ expiresAt: NOW + 600 });
      await rotate({ publicId: "key_one" }, { word: "four" });
      for (const word of ["one", "two", "three"]) expect(await standing(word)).toBeNull();
      expect(await standing("four")).not.toBeNull();
    });

    it("a key is revoked with all its secrets", async () => {
      await created("one");
      await rotate({ publicId: "key_one" }, { endAt: NOW + 60 });
      await revoke({ publicId: "key_one" });
      expect([await standing("one"), await standing("new")]).toEqual([null, null]);
      expect(await rotate({ publicId: "key_one" }, { word: "late" })).toBe(false);
    });
  }
}
