import { beforeEach, describe, expect, it } from "vitest";
import type { ChallengeKind } from "../../src/domain/challenge.ts";
import type { SealedHash, SecretHash } from "../../src/domain/ids.ts";
import type { MailedLink, Spend } from "../../src/domain/ports/challenges.ts";
import type { NewTeam } from "../../src/domain/team.ts";
import { audit, auditedBy, link, type MakeStorage, message, NOW, opened, registered, type Storage } from "./storage.ts";

const EMAIL = "ada@example.com";
const NEW_HASH = "2.a-new-hash" as SealedHash;
const TEAM: NewTeam = { organization: "org_made", project: "prj_made" };

/** What every store of mailed links promises. */
export function mailedLinksContract(name: string, make: MakeStorage): void {
  let storage: Storage;

  function spendOf({ challenge }: MailedLink, by = "req_1", now = NOW): Spend {
    return { tokenHash: challenge.tokenHash, kind: challenge.kind, now, by };
  }

  async function asked(kind: ChallengeKind = "reset_password", email = EMAIL): Promise<MailedLink> {
    const made = link(email, { kind });
    await storage.recovery.ask(made, audit("user.password_reset_asked"));
    return made;
  }

  function reset(spend: Spend, passwordHash = NEW_HASH) {
    return storage.recovery.reset(
      spend,
      { passwordHash, team: TEAM, notice: message() },
      audit("user.password_reset", { requestId: spend.by }),
    );
  }

  describe(`mailed links: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
    });

    it("a link is found while it lives, by its kind alone, and finding spends nothing", async () => {
      const { user } = await registered(storage);
      const made = await asked();
      for (const _ of [1, 2]) {
        expect(await storage.challenges.find(spendOf(made))).toMatchObject({ account: { user }, email: EMAIL });
      }
      expect(await storage.challenges.find(spendOf(made, "req_1", NOW + 599))).not.toBeNull();
      expect(await storage.challenges.find(spendOf(made, "req_1", NOW + 600))).toBeNull();
      expect(await storage.challenges.find({ ...spendOf(made), kind: "verify_email" })).toBeNull();
      expect(await storage.challenges.find({ ...spendOf(made), tokenHash: "unknown" as SecretHash })).toBeNull();
    });

    it("a newer request kills the older link, and leaves other accounts' and other kinds'", async () => {
      await registered(storage);
      await registered(storage, "bob");
      const older = await asked();
      const bobs = await asked("reset_password", "bob@example.com");
      const newer = await asked();
      const found = await Promise.all([older, bobs, newer].map((each) => storage.challenges.find(spendOf(each))));
      expect(found.map((each) => each !== null)).toEqual([false, true, true]);
    });

    it("a reset asked for nobody's address writes no link, no message and no audit row", async () => {
      const written = await auditedBy(storage, async () => {
        const made = await asked("reset_password", "nobody@example.com");
        expect(await storage.challenges.find(spendOf(made))).toBeNull();
      });
      expect(written).toEqual([]);
      expect(await storage.outbox.readable({ to: "nobody@example.com", limit: 1 })).toEqual([]);
    });

    it("of 8 parallel resets by one link one wins, and leaves its own hash, its audit rows and one notice", async () => {
      const ada = await registered(storage);
      await opened(storage, ada, { id: "ses_1" });
      const spend = spendOf(await asked());
      const hashes = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `2.hash-${n}` as SealedHash);
      const before = (await storage.outbox.readable({ to: null, limit: 100 })).length;
      const written = await auditedBy(storage, async () => {
        const outcomes = await Promise.all(hashes.map((hash, n) => reset({ ...spend, by: `req_${n}` }, hash)));
        expect(outcomes.filter((ended) => ended !== null)).toEqual([["ses_1"]]);
        const winner = hashes[outcomes.findIndex((ended) => ended !== null)];
        expect((await storage.users.credentialByEmail(EMAIL))?.passwordHash).toBe(winner);
      });
      const proven = ["user.email_verified", "user.password_reset", "user.unproven_past_dropped"];
      expect(written.map(({ action }) => action).toSorted()).toEqual(proven);
      expect(await storage.outbox.readable({ to: null, limit: 100 })).toHaveLength(before + 1);
    });

    it("the first proof by a reset drops phone and pending changes, ends sessions and any login under way, and proves", async () => {
      const ada = await registered(storage);
      await opened(storage, ada, { id: "ses_1" });
      const phone = "+15557122661";
      await storage.phones.ask({ user: ada.user.id, phone, message: message() }, audit("user.phone_change_asked"));
      await storage.phones.confirm({ user: ada.user.id, phone, notice: message() }, audit("user.phone_changed"));
      expect(await reset(spendOf(await asked()))).toEqual(["ses_1"]);
      const after = await storage.users.credentialByEmail(EMAIL);
      expect(after?.user).toMatchObject({ phone: null, pendingPhone: null, pendingEmail: null, emailVerifiedAt: NOW });
      expect(after?.version).toBeGreaterThan(ada.version);
    });

    it("a reset of a proven address keeps the phone", async () => {
      const ada = await registered(storage);
      await reset(spendOf(await asked()));
      const phone = "+15557122661";
      await storage.phones.ask({ user: ada.user.id, phone, message: message() }, audit("user.phone_change_asked"));
      await storage.phones.confirm({ user: ada.user.id, phone, notice: message() }, audit("user.phone_changed"));
      await reset(spendOf(await asked()), "3.newest" as SealedHash);
      expect((await storage.users.credentialByEmail(EMAIL))?.user.phone).toBe(phone);
    });

    it("a verification keeps the organization there is and makes its project once, however often it is proven", async () => {
      const { user, membership } = await registered(storage);
      for (const project of ["prj_1", "prj_2"]) {
        const made = link(EMAIL);
        await storage.emailVerification.ask(user.id, made, audit("user.email_verification_asked"));
        await storage.emailVerification.verify(spendOf(made), { ...TEAM, project }, audit("user.email_verified"));
      }
      expect(await storage.projects.defaultOf(membership.organization.id)).toBe("prj_1");
      expect(await storage.rowCounts()).toMatchObject({ organizations: 1, members: 1 });
    });

    it("links that are over are forgotten, at most so many at a time", async () => {
      await registered(storage);
      await asked();
      await storage.challenges.forget({ expiredBefore: NOW + 601, limit: 1 });
      const made = await asked();
      await storage.challenges.forget({ expiredBefore: NOW + 600, limit: 10 });
      expect(await storage.challenges.find(spendOf(made))).not.toBeNull();
      await storage.challenges.forget({ expiredBefore: NOW + 601, limit: 10 });
      expect(await storage.challenges.find(spendOf(made))).toBeNull();
    });
  });
}
