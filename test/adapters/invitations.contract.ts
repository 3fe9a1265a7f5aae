import { beforeEach, describe, expect, it } from "vitest";
import type { SealedHash, SecretHash, SessionId } from "../../src/domain/ids.ts";
import type { Invitation } from "../../src/domain/invitation.ts";
import type { MemberChange } from "../../src/domain/member.ts";
import type { MailedLink } from "../../src/domain/ports/challenges.ts";
import { NOTHING_PROVEN, type Role } from "../../src/domain/user.ts";
import {
  audit,
  auditedBy,
  link,
  type MakeStorage,
  message,
  NOW,
  opened,
  type Registered,
  registered,
  type Storage,
} from "./storage.ts";

const ENDS = NOW + 1_000;
const TEAM = { organization: "org_made", project: "prj_made" };
const HASH = "1.the-hash-of-whoever-was-invited" as SealedHash;
const SENT = audit("invitation.sent");
const REVOKED = audit("invitation.revoked");
const ACCEPTED = audit("invitation.accepted");
const REGISTERED = [audit("user.registered"), ACCEPTED];
const hashOf = (id: string) => `hash of ${id}` as SecretHash;

/** What every store of invitations promises. */
export function invitationsContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let ada: Registered;
  let bob: Registered;
  let cyd: Registered;
  beforeEach(async () => {
    storage = await make();
    ada = await registered(storage, "ada");
    bob = await registered(storage, "bob");
    cyd = await registered(storage, "cyd");
  });
  const port = () => storage.invitations;
  const home = () => ada.membership.organization;
  const use = ({ challenge }: MailedLink) => ({ ...challenge, now: NOW, by: "req_link" });

  async function verify({ user }: Registered): Promise<void> {
    const made = link(user.email);
    await storage.emailVerification.ask(user.id, made, audit("user.email_verification_asked"));
    await storage.emailVerification.verify(use(made), TEAM, audit("user.email_verified"));
  }

  interface Invited extends Partial<Pick<Invitation, "role" | "expiresAt">> {
    readonly to?: string;
    readonly by?: Registered;
    readonly mail?: ReturnType<typeof message>;
  }

  const madeOf = (id: string, { to = "bob", by = ada, role = "viewer", expiresAt = ENDS }: Invited): Invitation => ({
    ...{ publicId: id, email: `${to}@example.com`, role, inviter: by.user.publicId, createdAt: NOW, expiresAt },
  });

  const invite = (id: string, how: Invited = {}) => {
    const { by = ada, mail = message() } = how;
    const made = { invitation: madeOf(id, how), inviter: by.user.id, tokenHash: hashOf(id), message: mail };
    return port().invite(by.membership.organization.id, made, SENT);
  };
  const page = (limit = 10, after: number | null = null) => port().page(home().id, { limit, after, now: NOW });
  const waiting = async () => (await page()).map(({ invitation }) => invitation.publicId);
  const find = (id: string, now = NOW) => port().find({ tokenHash: hashOf(id), now });
  const revoke = (id: string, { membership } = ada) => port().revoke(membership.organization.id, id, REVOKED);
  const spend = (id: string, { by = "req_1", now = NOW } = {}) => ({ tokenHash: hashOf(id), by, now });
  const accept = (id: string, { who = bob, ...how }: { who?: Registered; by?: string; now?: number } = {}) =>
    port().accept(spend(id, how), who.user.id, ACCEPTED);
  const members = async () =>
    (await storage.members.page(home().id, { limit: 10, after: null })).map(({ email, role }) => [email, role]);
  const change = ({ user }: Registered, wanted: MemberChange) =>
    storage.members.change({ organization: home().id, id: user.id, now: NOW }, wanted, [audit("member.updated")]);
  const register = (id: string, { to = "dan", as = "user_dan", by = "req_1", now = NOW } = {}) => {
    const user = { publicId: as, email: `${to}@example.com`, fullName: "Dan", createdAt: now, ...NOTHING_PROVEN };
    const account = { user: { ...user, emailVerifiedAt: now }, passwordHash: HASH };
    return port().register(spend(id, { by, now }), account, REGISTERED);
  };
  const untold = async (work: () => Promise<unknown>, outcome: unknown = false) =>
    expect(await auditedBy(storage, async () => expect(await work()).toBe(outcome))).toEqual([]);

  describe(`invitations: ${name}`, () => {
    sending();
    reading();
    revoking();
    accepting();
    registering();
    forgetting();
  });

  function sending(): void {
    it("are sent with their mail, and told", async () => {
      const mail = message();
      const told = await auditedBy(storage, async () => expect(await invite("inv_1", { mail })).toBe(true));
      expect(told).toEqual([SENT]);
      expect(await page()).toEqual([{ place: expect.any(Number), invitation: madeOf("inv_1", {}) }]);
      expect(await storage.messageState(mail.id)).toEqual({ state: "waiting", erased: false });
    });

    it("take the place of an older one to the same address, in their organization alone", async () => {
      await invite("inv_old");
      await invite("inv_cyd", { to: "cyd" });
      await invite("inv_other", { to: "bob", by: cyd });
      await invite("inv_new", { role: "admin" });
      expect(await waiting()).toEqual(["inv_cyd", "inv_new"]);
      expect([await find("inv_old"), (await find("inv_new"))?.role]).toEqual([null, "admin"]);
      expect(await find("inv_other")).not.toBeNull();
    });

    it("are not sent to a member, an inactive one neither, nor told", async () => {
      await storage.join(bob, ada.membership, "member");
      await change(bob, { isActive: false });
      const mail = message();
      await untold(() => invite("inv_1", { mail }));
      expect([await waiting(), await storage.messageState(mail.id)]).toEqual([[], null]);
    });
  }

  function reading(): void {
    it("come in the order in which they were made, in pages with one more when there is one", async () => {
      for (const to of ["x", "y", "z"]) await invite(`inv_${to}`, { to });
      await invite("inv_other", { to: "x", by: cyd });
      const all = await page();
      expect(all.map(({ invitation }) => invitation.publicId)).toEqual(["inv_x", "inv_y", "inv_z"]);
      expect(await page(1)).toEqual(all.slice(0, 2));
      expect(await page(1, all[1]?.place)).toEqual(all.slice(2));
    });

    it("are found by their link until the second in which they are over, and finding spends nothing", async () => {
      await invite("inv_1");
      const found = { publicId: "inv_1", organization: home(), email: "bob@example.com", role: "viewer" };
      expect([await find("inv_1"), await find("inv_1", ENDS - 1)]).toEqual([found, found]);
      expect([await find("inv_1", ENDS), await find("inv_2")]).toEqual([null, null]);
    });

    it.each([
      ["demoted", () => change(ada, { role: "member" })],
      ["deactivated", () => change(ada, { isActive: false })],
      [
        "removed",
        () => storage.members.remove({ organization: home().id, id: ada.user.id, now: NOW }, audit("member.removed")),
      ],
    ])("are void once who invited was %s", async (_what, act) => {
      await verify(bob);
      await invite("inv_bob");
      await invite("inv_dan", { to: "dan" });
      await storage.join(cyd, ada.membership, "admin");
      expect(await act()).not.toBeNull();
      expect([await waiting(), await find("inv_bob")]).toEqual([[], null]);
      await untold(() => accept("inv_bob"));
      await untold(() => register("inv_dan"));
      expect((await storage.rowCounts()).users).toBe(3);
    });
  }

  function revoking(): void {
    it("ends what waits, once, and is told", async () => {
      await verify(bob);
      await invite("inv_1");
      expect(await auditedBy(storage, () => revoke("inv_1"))).toEqual([REVOKED]);
      await untold(() => revoke("inv_1"));
      expect([await waiting(), await find("inv_1"), await accept("inv_1")]).toEqual([[], null, false]);
    });

    it("of another organization's, or of an accepted one, is nothing, and untold", async () => {
      await verify(bob);
      await invite("inv_1");
      await untold(() => revoke("inv_1", bob));
      expect(await accept("inv_1")).toBe(true);
      await untold(() => revoke("inv_1"));
    });
  }

  function accepting(): void {
    it("makes a member of the invited role, in a membership that begins now, and is told", async () => {
      await verify(bob);
      await invite("inv_1");
      const told = await auditedBy(storage, async () => expect(await accept("inv_1", { now: NOW + 5 })).toBe(true));
      expect(told).toEqual([ACCEPTED]);
      const joined = await storage.members.byPublicId(home().id, bob.user.publicId);
      expect(joined).toMatchObject({ role: "viewer", isActive: true, designation: "", createdAt: NOW + 5 });
      expect([await waiting(), await find("inv_1")]).toEqual([[], null]);
    });

    it("by many requests at the same time is done by one", async () => {
      await verify(bob);
      await invite("inv_1");
      const told = await auditedBy(storage, async () => {
        const requests = ["req_1", "req_2", "req_3", "req_4", "req_5"].map((by) => accept("inv_1", { by }));
        expect((await Promise.all(requests)).filter((accepted) => accepted)).toEqual([true]);
      });
      expect([told, await members()]).toEqual([
        [ACCEPTED],
        [
          ["ada@example.com", "admin"],
          ["bob@example.com", "viewer"],
        ],
      ]);
    });

    it.each<[string, () => Promise<unknown>, (() => Registered)?, number?]>([
      ["with an unproven address", async () => {}],
      ["of another address", () => verify(cyd), () => cyd],
      ["that is over", () => verify(bob), () => bob, ENDS],
    ])("%s is nothing, untold, and spends nothing", async (_what, prepare, who = () => bob, now = NOW) => {
      await prepare();
      await invite("inv_1");
      await untold(() => accept("inv_1", { who: who(), now }));
      expect([await waiting(), await members()]).toEqual([["inv_1"], [["ada@example.com", "admin"]]]);
    });

    it.each<Role>(["viewer", "admin"])("leaves a member as they are, inactive too: not %s", async (role) => {
      await verify(bob);
      await invite("inv_1", { role });
      await storage.join(bob, ada.membership, "member");
      await change(bob, { isActive: false });
      await untold(() => accept("inv_1"));
      expect(await storage.members.byPublicId(home().id, bob.user.publicId)).toMatchObject({
        ...{ role: "member", isActive: false },
      });
    });
  }

  function registering(): void {
    it("makes a user whose address is proven, a member of that organization alone, and is told", async () => {
      await invite("inv_1", { to: "dan" });
      const told = await auditedBy(storage, async () => expect(await register("inv_1")).toBe(true));
      expect(told).toEqual(REGISTERED);
      const made = await storage.users.credentialByEmail("dan@example.com");
      expect(made).toMatchObject({
        user: { publicId: "user_dan", fullName: "Dan", emailVerifiedAt: NOW },
        membership: { role: "viewer", organization: home() },
        passwordHash: HASH,
      });
      expect(await storage.rowCounts()).toEqual({ users: 4, organizations: 3, members: 4 });
      expect(await find("inv_1")).toBeNull();
    });

    it("by many requests at the same time makes one user", async () => {
      await invite("inv_1", { to: "dan" });
      const told = await auditedBy(storage, async () => {
        const requests = ["1", "2", "3", "4"].map((n) => register("inv_1", { by: `req_${n}`, as: `user_${n}` }));
        expect((await Promise.all(requests)).filter((made) => made)).toEqual([true]);
      });
      expect(told).toEqual(REGISTERED);
      expect(await storage.rowCounts()).toMatchObject({ users: 4, members: 4 });
    });

    it.each<[string, string, { to?: string; now?: number }]>([
      ["an address that has an account", "bob", { to: "bob" }],
      ["another address than the invited one", "dan", { to: "eve" }],
      ["an invitation that is over", "dan", { now: ENDS }],
    ])("with %s is nothing, untold, and spends nothing", async (_what, to, how) => {
      await invite("inv_1", { to });
      await untold(() => register("inv_1", how));
      expect([await waiting(), (await storage.rowCounts()).users]).toEqual([["inv_1"], 3]);
    });

    it("with an address that its former owner may take back is nothing until then, and spends nothing", async () => {
      const session: SessionId = (await opened(storage, bob, { id: "ses_bob" })).id;
      const confirm = link("robert@example.com", { kind: "confirm_email_change" });
      const undo = link("bob@example.com", { kind: "undo_email_change" });
      await storage.emailChanges.ask(
        { user: bob.user.id, session, confirm, undo, now: NOW },
        audit("user.email_change_asked"),
      );
      await storage.emailChanges.confirm(use(confirm), TEAM, audit("user.email_changed"));
      await invite("inv_1", { to: "bob" });
      await untold(() => register("inv_1", { to: "bob" }));
      expect(await register("inv_1", { to: "bob", now: undo.challenge.expiresAt })).toBe(true);
    });
  }

  function forgetting(): void {
    it("takes those whose time is over, accepted ones too, at most so many", async () => {
      await verify(bob);
      await invite("inv_1");
      await accept("inv_1");
      for (const to of ["x", "y"]) await invite(`inv_${to}`, { to });
      await invite("inv_late", { to: "z", expiresAt: ENDS + 1 });
      await port().forget({ expiredBefore: ENDS, limit: 10 });
      expect(await waiting()).toEqual(["inv_x", "inv_y", "inv_late"]);
      await port().forget({ expiredBefore: ENDS + 1, limit: 2 });
      expect(await waiting()).toHaveLength(2);
      await port().forget({ expiredBefore: ENDS + 1, limit: 10 });
      expect(await waiting()).toEqual(["inv_late"]);
    });
  }
}
