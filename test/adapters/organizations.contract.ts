import { beforeEach, describe, expect, it } from "vitest";
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

/** What every store of organizations promises. */
export function organizationsContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let ada: Registered;
  let bob: Registered;
  beforeEach(async () => {
    storage = await make();
    ada = await registered(storage, "ada");
    bob = await registered(storage, "bob");
    await storage.join(bob, ada.membership, "viewer");
  });
  const there = () => ada.membership.organization;
  const deactivate = () =>
    storage.members.change({ organization: there().id, id: bob.user.id, now: NOW }, { isActive: false }, [
      audit("member.deactivated"),
    ]);
  const ENTRY = audit("organization.switched");

  describe(`organizations: ${name}`, () => {
    it("of a user are those where they are active, in pages", async () => {
      const visiting = { ...ada.membership, role: "viewer" };
      const all = { limit: 10, after: null };
      expect(await storage.organizations.ofUser(bob.user.id, all)).toEqual([visiting, bob.membership]);
      expect(await storage.organizations.ofUser(bob.user.id, { limit: 1, after: there().id })).toEqual([
        bob.membership,
      ]);
      await deactivate();
      expect(await storage.organizations.ofUser(bob.user.id, all)).toEqual([bob.membership]);
    });

    it("are found by public id, by active members alone", async () => {
      const find = ({ user }: Registered) => storage.organizations.membership(user.id, there().publicId);
      expect(await find(bob)).toEqual({ ...ada.membership, role: "viewer" });
      expect(await storage.organizations.membership(ada.user.id, bob.membership.organization.publicId)).toBeNull();
      await deactivate();
      expect(await find(bob)).toBeNull();
    });

    it("switching moves the session, and is told", async () => {
      const { id } = await opened(storage, bob, { id: "ses_1" });
      const which = { session: id, user: bob.user.id, now: NOW };
      const told = await auditedBy(storage, async () => {
        expect(await storage.organizations.switchTo(there().id, which, ENTRY)).toBe(true);
      });
      expect(told).toEqual([ENTRY]);
      expect((await storage.sessions.standing(id, NOW))?.membership).toEqual({ ...ada.membership, role: "viewer" });
    });

    it("switching moves no session of another, none that is over, and none to where its user isn't active", async () => {
      const { id, expiresAt } = await opened(storage, bob, { id: "ses_1" });
      const move = (user: Registered, now: number) =>
        storage.organizations.switchTo(there().id, { session: id, user: user.user.id, now }, ENTRY);
      const told = await auditedBy(storage, async () => {
        expect(await move(ada, NOW)).toBe(false);
        expect(await move(bob, expiresAt)).toBe(false);
        await deactivate();
        expect(await move(bob, NOW)).toBe(false);
      });
      expect(told).toEqual([audit("member.deactivated")]);
      expect((await storage.sessions.standing(id, NOW))?.membership).toEqual(bob.membership);
    });
  });
}
