import { beforeEach, describe, expect, it } from "vitest";
import type { SessionId } from "../../src/domain/ids.ts";
import type { MemberChange } from "../../src/domain/member.ts";
import type { PageWanted } from "../../src/domain/page.ts";
import {
  audit,
  auditedBy,
  JOINED,
  type MakeStorage,
  NOW,
  opened,
  type Registered,
  registered,
  type Storage,
} from "./storage.ts";

/** What every store of members promises. */
export function membersContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let ada: Registered;
  let bob: Registered;
  beforeEach(async () => {
    storage = await make();
    ada = await registered(storage, "ada");
    bob = await registered(storage, "bob");
    await storage.join(bob, ada.membership, "member");
  });
  const home = () => ada.membership.organization.id;
  const which = ({ user }: Registered) => ({ organization: home(), id: user.id, now: NOW });
  const change = (who: Registered, wanted: MemberChange, entries = [audit("member.updated")]) =>
    storage.members.change(which(who), wanted, entries);
  const remove = (who: Registered) => storage.members.remove(which(who), audit("member.removed"));
  const list = (wanted: Partial<PageWanted<never>> = {}) =>
    storage.members.page(home(), { limit: 10, after: null, ...wanted });
  const openThere = (who: Registered, id: string) => opened(storage, { ...who, membership: ada.membership }, { id });

  describe(`members: ${name}`, () => {
    listing();
    changing();
    removing();
    keepingAnAdmin();
  });

  function listing(): void {
    it("are those of the organization, in the order of their accounts, with all that it knows of them", async () => {
      const joined = { designation: "", isActive: true, assignedAgents: [] };
      const of = ({ user: { id, publicId, email, fullName } }: Registered) => ({ id, publicId, email, fullName });
      expect(await list()).toEqual([
        { ...of(ada), role: "admin", ...joined, createdAt: ada.user.createdAt },
        { ...of(bob), role: "member", ...joined, createdAt: JOINED },
      ]);
    });

    it("come in pages with one more when there is one", async () => {
      expect(await list({ limit: 1 })).toHaveLength(2);
      const [first] = await list();
      const rest = await storage.members.page(home(), { limit: 1, after: first?.id ?? null });
      expect(rest.map(({ id }) => id)).toEqual([bob.user.id]);
      expect(await storage.members.page(home(), { limit: 1, after: bob.user.id })).toEqual([]);
    });

    it("are found by their public id, in their organization alone", async () => {
      expect(await storage.members.byPublicId(home(), bob.user.publicId)).toEqual((await list())[1]);
      expect(await storage.members.byPublicId(bob.membership.organization.id, ada.user.publicId)).toBeNull();
      expect(await storage.members.byPublicId(home(), "user_nobody")).toBeNull();
    });
  }

  function changing(): void {
    it("each field by itself, and the others stay", async () => {
      const changes = [
        { role: "viewer" },
        { designation: "Engineer" },
        { assignedAgents: ["a", "b"] },
        { isActive: false },
      ] as const;
      let expected = (await list())[1];
      for (const each of changes) {
        expect(await change(bob, each)).not.toBeNull();
        expected = expected && { ...expected, ...each };
        expect((await list())[1]).toEqual(expected);
      }
      expect((await list())[0]?.role).toBe("admin");
    });

    it("is told by every entry that it was given", async () => {
      const entries = [audit("member.made_viewer"), audit("member.deactivated", { target: null })];
      expect(await auditedBy(storage, () => change(bob, { role: "viewer", isActive: false }, entries))).toEqual(
        entries,
      );
    });

    it("of nobody is nothing, and untold", async () => {
      const nobody = { organization: bob.membership.organization.id, id: ada.user.id, now: NOW };
      const none = await auditedBy(storage, async () => {
        expect(await storage.members.change(nobody, { role: "viewer" }, [audit("member.updated")])).toBeNull();
      });
      expect(none).toEqual([]);
    });

    it("names the sessions there that go on", async () => {
      const there = await openThere(bob, "ses_there");
      await opened(storage, bob, { id: "ses_home" });
      await openThere(ada, "ses_ada");
      expect(await change(bob, { role: "viewer" })).toEqual({ ended: [], live: [there.id] });
      expect(await storage.sessions.standing(there.id, NOW)).toMatchObject({ membership: { role: "viewer" } });
    });

    it("to inactive ends the sessions there, and those alone", async () => {
      const there = await openThere(bob, "ses_there");
      const athome = await opened(storage, bob, { id: "ses_home" });
      expect(await change(bob, { isActive: false })).toEqual({ ended: [there.id], live: [] });
      expect(await storage.sessions.standing(there.id, NOW)).toBeNull();
      expect(await storage.sessions.standing(athome.id, NOW)).not.toBeNull();
      await change(bob, { isActive: true });
      expect(await storage.sessions.standing(there.id, NOW)).toBeNull();
    });

    it("to inactive lets no session begin there, nor anywhere when there is no other organization", async () => {
      await change(bob, { isActive: false });
      const under = { organization: home(), version: bob.version };
      const session = await opened(storage, bob, { id: "ses_home" });
      const late = { ...session, id: "ses_late" as SessionId };
      const written = await auditedBy(storage, async () => {
        expect(await storage.sessions.open(late, under, audit("session.opened"))).toBe(false);
      });
      expect(written).toEqual([]);
      const cyd = await registered(storage, "cyd");
      await storage.join(ada, cyd.membership, "admin");
      await storage.members.change(
        { ...which(cyd), organization: cyd.membership.organization.id },
        { isActive: false },
        [audit("member.deactivated")],
      );
      expect((await storage.users.credentialById(cyd.user.id))?.membership).toBeNull();
      const nowhere = { ...session, id: "ses_nowhere" as SessionId, userId: cyd.user.id };
      const without = { organization: null, version: cyd.version };
      expect(await storage.sessions.open(nowhere, without, audit("session.opened"))).toBe(false);
    });
  }

  function removing(): void {
    it("ends the sessions there and is told", async () => {
      const there = await openThere(bob, "ses_there");
      const told = await auditedBy(storage, async () => {
        expect(await remove(bob)).toEqual({ ended: [there.id], live: [] });
      });
      expect(told).toEqual([audit("member.removed")]);
      expect((await list()).map(({ id }) => id)).toEqual([ada.user.id]);
      expect(await remove(bob)).toBeNull();
      expect((await storage.users.credentialById(bob.user.id))?.membership).toEqual(bob.membership);
    });
  }

  function keepingAnAdmin(): void {
    const acts: readonly [string, () => Promise<unknown>][] = [
      ["demoted", () => change(ada, { role: "member" })],
      ["deactivated", () => change(ada, { isActive: false })],
      ["removed", () => remove(ada)],
    ];

    it.each(acts)("the last active one isn't %s, and that is untold", async (_what, act) => {
      await change(bob, { role: "admin", isActive: false });
      const session = await opened(storage, ada, { id: "ses_ada" });
      const told = await auditedBy(storage, async () => expect(await act()).toBeNull());
      expect(told).toEqual([]);
      expect((await list())[0]).toMatchObject({ role: "admin", isActive: true });
      expect(await storage.sessions.standing(session.id, NOW)).not.toBeNull();
    });

    it.each(acts)("one of two is %s", async (_what, act) => {
      await change(bob, { role: "admin" });
      expect(await act()).not.toBeNull();
    });

    it("an admin elsewhere is none here", async () => {
      const cyd = await registered(storage, "cyd");
      await storage.join(cyd, bob.membership, "admin");
      expect(await change(ada, { role: "viewer" })).toBeNull();
    });
  }
}
