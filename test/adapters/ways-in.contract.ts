import { beforeEach, describe, expect, it } from "vitest";
import type { Identities, Identity } from "../../src/domain/ports/identities.ts";
import type { LoginCodes } from "../../src/domain/ports/login-codes.ts";
import type { Outbox } from "../../src/domain/ports/outbox.ts";
import type { Sessions, Users } from "../../src/domain/ports.ts";
import { account, audit, message, NOW, opened, type Registered, registered } from "./storage.ts";

/** The ways in beside the password, over one database. */
export interface WaysIn {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly outbox: Outbox;
  readonly identities: Identities;
  readonly loginCodes: LoginCodes;
}

const GOOGLE: Identity = { provider: "google", subject: "110169484474386276334" };
const OTHER: Identity = { provider: "google", subject: "2" };
const TEAM = { organization: "org_new", project: "prj_new" };
const NEW_USER = { ...account("eve").user, emailVerifiedAt: NOW };
const NOTICE = "A way in was added";
const LINKED = audit("user.identity_linked");

/** What every store of them promises. */
export function waysInContract(name: string, make: () => Promise<WaysIn>): void {
  let store: WaysIn;
  let ada: Registered;
  const isLive = async (id: string) => (await store.sessions.standing(id as never, NOW)) !== null;
  const link = (identity = GOOGLE, email = ada.user.email) =>
    store.identities.link(
      { identity, userId: ada.user.id, email, team: TEAM, notice: message({ subject: NOTICE }), now: NOW },
      LINKED,
    );
  const notices = async () =>
    (await store.outbox.readable({ to: ada.user.email, limit: 9 })).filter(({ subject }) => subject === NOTICE);
  const prove = (dropPast: boolean, notice = message()) => {
    const proof = { userId: ada.user.id, email: ada.user.email, team: TEAM, now: NOW };
    return store.loginCodes.proveAddress(proof, { dropPast, notice }, audit("user.email_verified"));
  };
  const adaNow = () => store.users.credentialById(ada.user.id);

  beforeEach(async () => {
    store = await make();
    ada = await registered(store);
  });

  describe(`identities: ${name}`, () => {
    it("an unknown identity is nobody's", async () => {
      expect(await store.users.credentialByIdentity(GOOGLE)).toBeNull();
    });

    it("a linked one finds the account; of an address that was unproven the past is gone", async () => {
      await opened(store, ada, { id: "ses_1" });
      expect(await link()).toEqual(["ses_1"]);
      const found = await store.users.credentialByIdentity(GOOGLE);
      expect(found).toEqual(await adaNow());
      expect(found).toMatchObject({ passwordHash: null, version: 1, user: { id: ada.user.id, emailVerifiedAt: NOW } });
      expect(await isLive("ses_1")).toBe(false);
    });

    it("linking a second one to a proven address takes nothing away", async () => {
      await prove(false);
      await opened(store, ada, { id: "ses_1" });
      expect(await link(OTHER)).toEqual([]);
      expect(await adaNow()).toMatchObject({ passwordHash: ada.passwordHash, version: 0 });
      expect(await isLive("ses_1")).toBe(true);
    });

    it("an identity is linked once, and not when the address has changed", async () => {
      expect(await link(GOOGLE, "former@example.com")).toBeNull();
      expect(await store.users.credentialByIdentity(GOOGLE)).toBeNull();
      expect(await adaNow()).toEqual({ ...ada, user: ada.user });
      expect(await notices()).toEqual([]);
      await link();
      expect(await link()).toBeNull();
      expect(await notices()).toHaveLength(1);
    });

    it("a new user has a proven address, no password and a team", async () => {
      const what = { identity: GOOGLE, user: NEW_USER, team: TEAM };
      expect(await store.identities.create(what, audit("user.registered"))).toBe(true);
      expect(await store.users.credentialByIdentity(GOOGLE)).toMatchObject({
        user: NEW_USER,
        passwordHash: null,
        membership: { role: "admin", organization: { publicId: TEAM.organization, name: NEW_USER.fullName } },
      });
    });

    it("nobody is made twice, by identity or address", async () => {
      const taken = { identity: OTHER, user: { ...NEW_USER, email: ada.user.email }, team: TEAM };
      expect(await store.identities.create(taken, audit("user.registered"))).toBe(false);
      const what = { identity: GOOGLE, user: NEW_USER, team: TEAM };
      await store.identities.create(what, audit("user.registered"));
      const again = { ...what, user: { ...NEW_USER, publicId: "user_2", email: "2@example.com" } };
      expect(await store.identities.create(again, audit("user.registered"))).toBe(false);
      expect(await store.users.credentialByEmail("2@example.com")).toBeNull();
    });
  });

  describe(`login codes: ${name}`, () => {
    it("a code is written for an address or a proven number that is somebody's, and for no other", async () => {
      const recipients = [
        ["email", ada.user.email, 1],
        ["email", "nobody@example.com", 0],
        ["sms", "+14155550123", 0],
      ] as const;
      for (const [channel, to, written] of recipients) {
        await store.loginCodes.send(message({ channel, to }), audit("login.code_asked"));
        expect(await store.outbox.readable({ to, limit: 9 })).toHaveLength(
          to === ada.user.email ? written + 1 : written,
        );
      }
    });

    it("the first proof of an address ends its sessions and tells the account; the password stays", async () => {
      await opened(store, ada, { id: "ses_1" });
      const notice = message();
      expect(await prove(false, notice)).toEqual(["ses_1"]);
      expect(await adaNow()).toMatchObject({ passwordHash: ada.passwordHash, user: { emailVerifiedAt: NOW } });
      expect((await store.outbox.readable({ to: null, limit: 1 }))[0]?.id).toBe(notice.id);
    });

    it("or drops what was made before, and tells nobody", async () => {
      await opened(store, ada, { id: "ses_1" });
      const told = (await store.outbox.readable({ to: null, limit: 9 })).length;
      expect(await prove(true)).toEqual(["ses_1"]);
      expect(await adaNow()).toMatchObject({ passwordHash: null, version: 1, user: { emailVerifiedAt: NOW } });
      expect(await store.outbox.readable({ to: null, limit: 9 })).toHaveLength(told);
    });

    it("a second proof changes nothing and tells nobody", async () => {
      await prove(false);
      const before = await adaNow();
      await opened(store, ada, { id: "ses_1" });
      const told = (await store.outbox.readable({ to: null, limit: 9 })).length;
      for (const dropPast of [true, false]) expect(await prove(dropPast)).toEqual([]);
      expect(await adaNow()).toEqual(before);
      expect(await isLive("ses_1")).toBe(true);
      expect(await store.outbox.readable({ to: null, limit: 9 })).toHaveLength(told);
    });
  });
}
