import { beforeEach, describe, expect, it } from "vitest";
import type { BackupCodeId, SealedBackupCode, SealedTotpSecret, SessionId } from "../../src/domain/ids.ts";
import type { ProvenFactor, StoredBackupCode } from "../../src/domain/ports/second-factors.ts";
import type { Session } from "../../src/domain/session.ts";
import type { User } from "../../src/domain/user.ts";
import { audit, auditedBy, type MakeStorage, NOW, registered, type Storage } from "./storage.ts";

const STEP = Math.floor(NOW / 30);
const FIRST = "1.first" as SealedTotpSecret;
const SECOND = "1.second" as SealedTotpSecret;
const KEEP = "ses_keep" as SessionId;
const LOGIN = "ses_login" as SessionId;

const ENTRY = audit("second_factor.enabled");
const OTHER_ENTRY = audit("session.opened");

function codes(...names: readonly string[]): StoredBackupCode[] {
  return names.map((name) => ({ id: name as BackupCodeId, sealedCode: `1.${name}` as SealedBackupCode }));
}

const step = (number: number): ProvenFactor => ({ kind: "time_step", step: number });
const code = (name: string): ProvenFactor => ({ kind: "backup_code", id: name as BackupCodeId });

/** What every store of second factors, and of the logins that wait for them, promises. */
export function secondFactorsContract(name: string, make: MakeStorage): void {
  let ports: Storage;
  let ada: User;
  let bob: User;
  beforeEach(async () => {
    ports = await make();
    ada = (await registered(ports, "ada")).user;
    bob = (await registered(ports, "bob")).user;
  });

  function session(id: SessionId, changes: Partial<Session> = {}): Session {
    const about = { address: null, country: null, userAgent: null, amr: ["pwd"], clientId: "datix" } as const;
    return { id, userId: ada.id, createdAt: NOW, expiresAt: NOW + 300, ...about, ...changes };
  }

  const begin = (sealedSecret: SealedTotpSecret, ...names: readonly string[]) =>
    ports.secondFactors.begin({ userId: ada.id, sealedSecret, codes: codes(...names), now: NOW }, ENTRY);
  const confirm = (sealedSecret: SealedTotpSecret, at = STEP) =>
    ports.secondFactors.confirm({ userId: ada.id, sealedSecret, step: at, now: NOW }, ENTRY);
  const renew = (...names: readonly string[]) =>
    ports.secondFactors.renewBackupCodes({ userId: ada.id, codes: codes(...names) }, ENTRY);
  const remove = (proof: ProvenFactor) =>
    ports.secondFactors.remove({ userId: ada.id, proof, keep: KEEP, now: NOW }, ENTRY);
  /** Those of somebody who proves the first factor now. */
  const grounds = async () => ({
    organization: null,
    version: (await ports.users.credentialById(ada.id))?.version ?? -1,
  });
  const codeIds = async () => (await ports.secondFactors.backupCodes(ada.id)).map(({ id }) => id).sort();
  const finish = (proof: ProvenFactor, changes: Partial<Session> = {}) =>
    ports.pendingLogins.finish({ session: session(LOGIN, { expiresAt: NOW + 9_999, ...changes }), proof }, [
      ENTRY,
      OTHER_ENTRY,
    ]);

  describe(`second factors: ${name}`, () => {
    it("an account begins without one", async () => {
      expect(await ports.secondFactors.of(ada.id)).toBeNull();
      expect(await codeIds()).toEqual([]);
      expect((await ports.users.credentialById(ada.id))?.hasSecondFactor).toBe(false);
    });

    it("a setup is stored with its codes, and counts for nothing yet", async () => {
      expect(await begin(FIRST, "a", "b")).toBe(true);
      expect(await ports.secondFactors.of(ada.id)).toEqual({ sealedSecret: FIRST, confirmedAt: null, lastStep: 0 });
      expect(await ports.secondFactors.backupCodes(ada.id)).toEqual(codes("a", "b"));
      expect((await ports.users.credentialById(ada.id))?.hasSecondFactor).toBe(false);
      expect(await ports.secondFactors.of(bob.id)).toBeNull();
    });

    it("another setup replaces an unconfirmed one, never a confirmed one", async () => {
      await begin(FIRST, "a", "b");
      expect(await begin(SECOND, "c", "d")).toBe(true);
      expect(await codeIds()).toEqual(["c", "d"]);
      expect(await confirm(FIRST)).toBe(false);
      expect(await confirm(SECOND)).toBe(true);
      expect(await begin(FIRST, "e")).toBe(false);
      expect((await ports.secondFactors.of(ada.id))?.sealedSecret).toBe(SECOND);
      expect(await codeIds()).toEqual(["c", "d"]);
    });

    it("a confirmed one is the account's, wherever the account is read", async () => {
      await begin(FIRST, "a");
      await ports.sessions.open(session(KEEP), await grounds(), ENTRY);
      expect(await confirm(FIRST)).toBe(true);
      expect(await ports.secondFactors.of(ada.id)).toEqual({ sealedSecret: FIRST, confirmedAt: NOW, lastStep: STEP });
      expect((await ports.users.credentialById(ada.id))?.hasSecondFactor).toBe(true);
      expect((await ports.users.credentialByEmail(ada.email))?.hasSecondFactor).toBe(true);
      expect((await ports.sessions.standing(KEEP, NOW))?.hasSecondFactor).toBe(true);
      expect((await ports.users.credentialById(bob.id))?.hasSecondFactor).toBe(false);
    });

    it("a first factor that was proven before it was confirmed, or before it was removed, opens nothing", async () => {
      await begin(FIRST, "a");
      const before = await grounds();
      await confirm(FIRST);
      expect(await ports.sessions.open(session(KEEP), before, ENTRY)).toBe(false);
      const since = await grounds();
      await remove(code("a"));
      expect(await ports.pendingLogins.begin(session(LOGIN), since, ENTRY)).toBe(false);
      expect(await ports.pendingLogins.find(LOGIN, NOW)).toBeNull();
      expect(await ports.sessions.open(session(KEEP), await grounds(), ENTRY)).toBe(true);
    });

    it("is confirmed once, by twenty at once too", async () => {
      await begin(FIRST, "a");
      const confirmed = await Promise.all(Array.from({ length: 20 }, () => confirm(FIRST)));
      expect(confirmed.filter((won) => won)).toHaveLength(1);
    });

    it("codes are renewed for a confirmed factor alone", async () => {
      expect(await renew("x")).toBe(false);
      await begin(FIRST, "a", "b");
      expect(await renew("x")).toBe(false);
      expect(await codeIds()).toEqual(["a", "b"]);
      await confirm(FIRST);
      expect(await renew("x", "y", "z")).toBe(true);
      expect(await codeIds()).toEqual(["x", "y", "z"]);
    });

    it("is removed for an unspent proof alone, with its codes and the other sessions", async () => {
      await begin(FIRST, "a", "b");
      await confirm(FIRST);
      const other = "ses_other" as SessionId;
      for (const id of [KEEP, other]) await ports.sessions.open(session(id), await grounds(), ENTRY);
      await ports.pendingLogins.begin(session(LOGIN), await grounds(), ENTRY);
      for (const spent of [step(STEP), step(STEP - 1), code("none")]) expect(await remove(spent)).toBeNull();
      expect(await codeIds()).toEqual(["a", "b"]);
      expect(await ports.sessions.standing(other, NOW)).not.toBeNull();

      expect((await remove(step(STEP + 1)))?.toSorted()).toEqual([LOGIN, other]);
      expect(await ports.secondFactors.of(ada.id)).toBeNull();
      expect(await codeIds()).toEqual([]);
      expect(await ports.sessions.standing(other, NOW)).toBeNull();
      expect(await ports.sessions.standing(KEEP, NOW)).not.toBeNull();
      expect(await ports.pendingLogins.find(LOGIN, NOW)).toBeNull();
    });

    it("is removed with its last backup code too, and not before it is confirmed", async () => {
      await begin(FIRST, "a");
      expect(await remove(code("a"))).toBeNull();
      expect(await remove(step(STEP))).toBeNull();
      expect(await codeIds()).toEqual(["a"]);
      await confirm(FIRST);
      expect(await remove(code("a"))).toEqual([]);
    });
  });

  describe(`the audit log of second factors: ${name}`, () => {
    it("hears of each change once, and of nothing that was not changed", async () => {
      const log = (work: () => Promise<unknown>) => auditedBy(ports, work);
      expect(await log(() => confirm(FIRST))).toEqual([]);
      expect(await log(() => begin(FIRST, "a", "b"))).toEqual([ENTRY]);
      expect(await log(() => renew("x"))).toEqual([]);
      expect(await log(() => confirm(FIRST))).toEqual([ENTRY]);
      expect(await log(() => begin(SECOND, "c"))).toEqual([]);
      expect(await log(() => renew("x", "y"))).toEqual([ENTRY]);
      expect(await log(async () => ports.pendingLogins.begin(session(LOGIN), await grounds(), ENTRY))).toEqual([ENTRY]);
      expect(await log(() => finish(code("a")))).toEqual([]);
      expect(await log(() => finish(code("x")))).toEqual([ENTRY, OTHER_ENTRY]);
      expect(await log(() => remove(code("x")))).toEqual([]);
      expect(await log(() => remove(code("y")))).toEqual([ENTRY]);
    });
  });

  describe(`pending logins: ${name}`, () => {
    beforeEach(async () => {
      await begin(FIRST, "a", "b");
      await confirm(FIRST);
      await ports.pendingLogins.begin(session(LOGIN), await grounds(), ENTRY);
    });

    it("a pending login is found as what it is, and as no session", async () => {
      expect(await ports.pendingLogins.find(LOGIN, NOW + 299)).toMatchObject({
        session: session(LOGIN),
        user: ada,
        hasSecondFactor: true,
      });
      expect(await ports.pendingLogins.find(LOGIN, NOW + 300)).toBeNull();
      expect(await ports.sessions.standing(LOGIN, NOW)).toBeNull();
      expect(await ports.sessions.rotate({ id: LOGIN, counter: 0, now: NOW })).toBeNull();
      expect(await ports.sessions.ofUser(ada.id, NOW)).toEqual([]);
    });

    it("a session that has begun is no pending login", async () => {
      await ports.sessions.open(session(KEEP), await grounds(), ENTRY);
      expect(await ports.pendingLogins.find(KEEP, NOW)).toBeNull();
    });

    it.each([step(STEP + 1), code("a")])("%j opens it, as the session that it then is", async (proof) => {
      const begun = { amr: ["pwd", "otp", "mfa"], address: "203.0.113.7", createdAt: NOW + 60 } as const;
      expect(await finish(proof, begun)).toBe("opened");
      const standing = await ports.sessions.standing(LOGIN, NOW + 9_998);
      expect(standing?.session).toEqual(session(LOGIN, { ...begun, expiresAt: NOW + 9_999 }));
      expect(await ports.pendingLogins.find(LOGIN, NOW)).toBeNull();
      expect(await finish(step(STEP + 2))).toBe("login_over");
      expect((await ports.secondFactors.of(ada.id))?.lastStep).not.toBe(STEP + 2);
    });

    it("a spent factor leaves it pending", async () => {
      for (const spent of [step(STEP), step(STEP - 1), code("none")]) expect(await finish(spent)).toBe("factor_spent");
      expect(await ports.pendingLogins.find(LOGIN, NOW)).not.toBeNull();
      expect(await finish(code("b"))).toBe("opened");
    });

    it("a login that is over spends no factor", async () => {
      expect(await finish(code("a"), { createdAt: NOW + 300 })).toBe("login_over");
      await ports.sessions.endOthers({ keep: KEEP, userId: ada.id, now: NOW }, ENTRY);
      expect(await finish(code("a"))).toBe("login_over");
      expect(await finish(step(STEP + 1))).toBe("login_over");
      expect(await codeIds()).toEqual(["a", "b"]);
      expect((await ports.secondFactors.of(ada.id))?.lastStep).toBe(STEP);
    });

    it("another user's code opens nothing", async () => {
      const ofBob = { userId: bob.id, sealedSecret: SECOND, codes: codes("bobs"), now: NOW };
      await ports.secondFactors.begin(ofBob, ENTRY);
      await ports.secondFactors.confirm({ ...ofBob, step: STEP }, ENTRY);
      expect(await finish(code("bobs"))).toBe("factor_spent");
      expect(await ports.secondFactors.backupCodes(bob.id)).toEqual(codes("bobs"));
    });
  });
}
