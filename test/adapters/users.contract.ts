import { beforeEach, describe, expect, it } from "vitest";
import type { SealedHash, SessionId, UserId } from "../../src/domain/ids.ts";
import type { Users } from "../../src/domain/ports.ts";
import {
  account,
  audit,
  auditedBy,
  BARE,
  HASH,
  LINK_SUBJECT,
  link,
  type MakeStorage,
  message,
  NOW,
  opened,
  registered,
  type Storage,
} from "./storage.ts";

const NOBODY = 999_999 as UserId;
const NEW_HASH = "2.a-new-hash" as SealedHash;

/** What every store of users promises. */
export function usersContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let users: Users;

  describe(`users: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
      users = storage.users;
    });

    registering();
    finding();
    upgrading();
    changingThePassword();
    renaming();
  });

  function registering(): void {
    it("a new account is a user, an organization, a membership and one audit row", async () => {
      const entry = audit("user.registered");
      expect(await users.register(account(), link("ada@example.com"), entry)).toBeTypeOf("number");
      expect(await storage.rowCounts()).toEqual({ users: 1, organizations: 1, members: 1 });
      expect(await storage.auditRows()).toEqual([entry]);
    });

    it("an address that has an account leaves nothing behind", async () => {
      await users.register(account(), link("ada@example.com"), audit("user.registered"));
      const again = { ...account("bob"), user: { ...account("bob").user, email: "ada@example.com" } };
      expect(
        await auditedBy(storage, () => users.register(again, link("ada@example.com"), audit("user.registered"))),
      ).toEqual([]);
      expect(await users.register(again, link("ada@example.com"), audit("user.registered"))).toBe("email_taken");
      expect(await storage.rowCounts()).toEqual({ users: 1, organizations: 1, members: 1 });
      expect((await users.credentialByEmail("ada@example.com"))?.user.publicId).toBe("user_ada");
    });

    it("of 8 parallel registrations of one address exactly one is made", async () => {
      const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
      const outcomes = await Promise.all(
        names.map((each) => {
          const { user, ...rest } = account(each);
          return users.register(
            { ...rest, user: { ...user, email: "ada@example.com" } },
            link("ada@example.com"),
            audit("user.registered"),
          );
        }),
      );
      expect(outcomes.filter((outcome) => typeof outcome === "number")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "email_taken")).toHaveLength(7);
      expect(await storage.rowCounts()).toEqual({ users: 1, organizations: 1, members: 1 });
      expect(await storage.auditRows()).toHaveLength(1);
    });

    it("people of different addresses each have an account and an organization of their own", async () => {
      const [ada, bob] = [await registered(storage, "ada"), await registered(storage, "bob")];
      expect(ada.user.id).not.toBe(bob.user.id);
      expect(ada.membership.organization.id).not.toBe(bob.membership.organization.id);
      expect(await storage.rowCounts()).toEqual({ users: 2, organizations: 2, members: 2 });
    });
  }

  function finding(): void {
    it("a credential is the user, the membership and the hash, by email and by id alike", async () => {
      await registered(storage, "bob");
      await users.register({ ...account(), role: "viewer" }, link("ada@example.com"), audit("user.registered"));
      const found = await users.credentialByEmail("ada@example.com");
      expect(found).toEqual({
        user: { ...account().user, id: expect.any(Number) },
        membership: {
          ...{ role: "viewer", designation: "", assignedAgents: [] },
          organization: { ...account().organization, id: expect.any(Number) },
        },
        passwordHash: HASH,
        version: 0,
        hasSecondFactor: false,
      });
      expect(await users.credentialById(found?.user.id ?? NOBODY)).toEqual(found);
    });

    it("nobody is found by an unknown address or id", async () => {
      await registered(storage);
      expect(await users.credentialByEmail("ada@example.org")).toBeNull();
      expect(await users.credentialByEmail("")).toBeNull();
      expect(await users.credentialByEmail("%")).toBeNull();
      expect(await users.credentialById(NOBODY)).toBeNull();
    });
  }

  function upgrading(): void {
    const hashOf = async (id: UserId) => (await users.credentialById(id))?.passwordHash;

    it("a hash is upgraded from exactly the one that was proven, and the log hears nothing of it", async () => {
      const { user } = await registered(storage);
      const upgrade = () => users.upgradePasswordHash({ id: user.id, from: HASH, to: NEW_HASH });
      expect(await auditedBy(storage, upgrade)).toEqual([]);
      expect(await hashOf(user.id)).toBe(NEW_HASH);
    });

    it("a hash that was replaced meanwhile stays", async () => {
      const { user } = await registered(storage);
      await users.upgradePasswordHash({ id: user.id, from: "1.an-older-hash" as SealedHash, to: NEW_HASH });
      expect(await hashOf(user.id)).toBe(HASH);
    });

    it("only that user's hash is upgraded", async () => {
      const [ada, bob] = [await registered(storage, "ada"), await registered(storage, "bob")];
      await users.upgradePasswordHash({ id: ada.user.id, from: bob.passwordHash, to: NEW_HASH });
      expect([await hashOf(ada.user.id), await hashOf(bob.user.id)]).toEqual([ada.passwordHash, bob.passwordHash]);
    });
  }

  function changingThePassword(): void {
    const KEEP = "ses_keep" as SessionId;
    const change = (id: UserId, changes: { from?: SealedHash; to?: SealedHash } = {}) =>
      users.changePassword({ id, from: HASH, to: NEW_HASH, keep: KEEP, now: NOW, ...changes }, CHANGED, message());
    const CHANGED = audit("user.password_changed");
    const messages = async () =>
      (await storage.outbox.readable({ to: null, limit: 100 })).filter(({ subject }) => subject !== LINK_SUBJECT);
    const liveIds = async (id: UserId) => (await storage.sessions.ofUser(id, NOW)).map((session) => session.id).sort();

    it("a change ends the other live sessions, answers their ids, and keeps the one that asked", async () => {
      const ada = await registered(storage);
      for (const id of ["ses_keep", "ses_1", "ses_2", "ses_ended"]) await opened(storage, ada, { id });
      await opened(storage, ada, { id: "ses_over", expiresAt: NOW });
      await storage.sessions.end(
        { id: "ses_ended" as SessionId, userId: ada.user.id, now: NOW },
        audit("session.ended"),
      );

      expect((await change(ada.user.id))?.sort()).toEqual(["ses_1", "ses_2"]);
      expect(await liveIds(ada.user.id)).toEqual(["ses_keep"]);
      expect((await users.credentialById(ada.user.id))?.passwordHash).toBe(NEW_HASH);
    });

    it("a change without other sessions ends none, and is no refusal", async () => {
      const ada = await registered(storage);
      await opened(storage, ada, { id: "ses_keep" });
      expect(await change(ada.user.id)).toEqual([]);
    });

    it("a change is one audit row with all its fields, however many sessions it ends", async () => {
      const ada = await registered(storage);
      for (const id of ["ses_1", "ses_2", "ses_3"]) await opened(storage, ada, { id });
      expect(await auditedBy(storage, () => change(ada.user.id))).toEqual([CHANGED]);
    });

    it("a change is told by one message, however many sessions it ends", async () => {
      const ada = await registered(storage);
      for (const id of ["ses_1", "ses_2"]) await opened(storage, ada, { id });
      const notice = message();
      const { id } = ada.user;
      await users.changePassword({ id, from: HASH, to: NEW_HASH, keep: KEEP, now: NOW }, CHANGED, notice);
      expect(await messages()).toEqual([notice]);
    });

    it("from another hash than the stored one nothing changes: no hash, no session, no audit row, no message", async () => {
      const ada = await registered(storage);
      await opened(storage, ada, { id: "ses_1" });
      const written = await auditedBy(storage, async () => {
        expect(await change(ada.user.id, { from: "1.another" as SealedHash })).toBeNull();
        expect(await change(NOBODY)).toBeNull();
      });
      expect(written).toEqual([]);
      expect(await messages()).toEqual([]);
      expect(await liveIds(ada.user.id)).toEqual(["ses_1"]);
      expect((await users.credentialById(ada.user.id))?.passwordHash).toBe(HASH);
    });

    it("another user's sessions and hash are untouched", async () => {
      const [ada, bob] = [await registered(storage, "ada"), await registered(storage, "bob")];
      await opened(storage, bob, { id: "ses_bob" });
      expect(await change(ada.user.id)).toEqual([]);
      expect(await liveIds(bob.user.id)).toEqual(["ses_bob"]);
      expect(await users.credentialById(bob.user.id)).toMatchObject({ passwordHash: bob.passwordHash });
    });

    it("of 8 parallel changes of one hash exactly one wins, and the losers end nothing", async () => {
      const ada = await registered(storage);
      for (const id of ["ses_keep", "ses_1", "ses_2"]) await opened(storage, ada, { id });
      const hashes = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `2.hash-${n}` as SealedHash);
      const written = await auditedBy(storage, async () => {
        const outcomes = await Promise.all(hashes.map((to) => change(ada.user.id, { to })));
        expect(outcomes.filter((ended) => ended !== null).map((ended) => ended.sort())).toEqual([["ses_1", "ses_2"]]);
        const winner = hashes[outcomes.findIndex((ended) => ended !== null)];
        expect((await users.credentialById(ada.user.id))?.passwordHash).toBe(winner);
      });
      expect(written).toEqual([CHANGED]);
      expect(await messages()).toHaveLength(1);
    });
  }

  function renaming(): void {
    it("a new name is there for everybody who reads, with one audit row", async () => {
      const ada = await registered(storage);
      await opened(storage, ada, { id: "ses_1" });
      const entry = audit("user.renamed", BARE);
      const rename = () => users.rename({ id: ada.user.id, fullName: "Ada, Countess" }, entry);
      expect(await auditedBy(storage, rename)).toEqual([entry]);
      const renamed = { ...ada.user, fullName: "Ada, Countess" };
      expect((await users.credentialById(ada.user.id))?.user).toEqual(renamed);
      expect((await storage.sessions.standing("ses_1" as SessionId, NOW))?.user).toEqual(renamed);
    });

    it("only that user is renamed", async () => {
      const [ada, bob] = [await registered(storage, "ada"), await registered(storage, "bob")];
      await users.rename({ id: ada.user.id, fullName: "Somebody" }, audit("user.renamed"));
      expect(await users.credentialById(bob.user.id)).toEqual(bob);
    });

    it("a user who is not there leaves no audit row", async () => {
      await registered(storage);
      const rename = () => users.rename({ id: NOBODY, fullName: "Nobody" }, audit("user.renamed"));
      expect(await auditedBy(storage, rename)).toEqual([]);
    });
  }
}
