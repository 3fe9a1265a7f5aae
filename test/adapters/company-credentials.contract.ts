import { beforeEach, describe, expect, it } from "vitest";
import type { CompanyCredential } from "../../src/domain/company-credential.ts";
import type { CredentialId, SecretHash } from "../../src/domain/ids.ts";
import { audit, auditedBy, type MakeStorage, NOW, type Registered, registered, type Storage } from "./storage.ts";

const CREDENTIAL: CompanyCredential = {
  ...{ id: "cred_1" as CredentialId, name: "ERP", createdAt: NOW },
  ...{ expiresAt: null, lastUsedAt: null },
};
const SECRET = "hash of the secret" as SecretHash;
const TOKEN = "hash of the token" as SecretHash;
const GRANT = { createdAt: NOW, expiresAt: NOW + 1_000 };

/** What every store of company credentials promises. */
export function companyCredentialsContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let ada: Registered;
  beforeEach(async () => {
    storage = await make();
    ada = await registered(storage, "ada");
  });
  const organization = () => ada.membership.organization;
  const port = () => storage.companyCredentials;
  const create = (changes: Partial<CompanyCredential> = {}, secret = SECRET) =>
    port().create(
      organization().id,
      { credential: { ...CREDENTIAL, ...changes }, secret },
      audit("company_credential.created"),
    );
  const revoke = (id = CREDENTIAL.id, of = organization().id) =>
    port().revoke(of, { id, now: NOW }, audit("company_credential.revoked"));
  const openGrant = (grant = GRANT) =>
    port().openGrant({ token: TOKEN, credential: CREDENTIAL.id, grant }, audit("company.signed_in"));
  const list = () => port().page(organization().id, { limit: 10, after: null });
  const standing = () => ({
    credential: { id: CREDENTIAL.id, name: CREDENTIAL.name, expiresAt: CREDENTIAL.expiresAt },
    organization: organization().publicId,
  });

  describe(`company credentials: ${name}`, () => {
    opening();
    listing();
    granting();
  });

  function opening(): void {
    it("a secret opens its credential, and so does its id", async () => {
      expect(await auditedBy(storage, () => create())).toEqual([audit("company_credential.created")]);
      expect(await port().bySecret(SECRET, NOW)).toEqual(standing());
      expect(await port().byId(CREDENTIAL.id, NOW)).toEqual(standing());
      expect(await port().bySecret("another" as SecretHash, NOW)).toBeNull();
      expect(await port().byId("cred_2" as CredentialId, NOW)).toBeNull();
    });

    it("until the second in which it expires", async () => {
      await create({ expiresAt: NOW + 10 });
      expect(await port().bySecret(SECRET, NOW + 9)).not.toBeNull();
      expect([await port().bySecret(SECRET, NOW + 10), await port().byId(CREDENTIAL.id, NOW + 10)]).toEqual([
        null,
        null,
      ]);
    });

    it("and not once it is revoked, which its organization alone can do, once", async () => {
      await create();
      const bob = await registered(storage, "bob");
      expect(await revoke(CREDENTIAL.id, bob.membership.organization.id)).toBe(false);
      const told = await auditedBy(storage, async () => {
        expect([await revoke(), await revoke(), await revoke("cred_2" as CredentialId)]).toEqual([true, false, false]);
      });
      expect(told).toEqual([audit("company_credential.revoked")]);
      expect([await port().bySecret(SECRET, NOW), await port().byId(CREDENTIAL.id, NOW)]).toEqual([null, null]);
    });
  }

  function listing(): void {
    it("shows those that weren't revoked, expired ones too, in pages", async () => {
      await create();
      await create({ id: "cred_2" as CredentialId, expiresAt: NOW }, "two" as SecretHash);
      await create({ id: "cred_3" as CredentialId }, "three" as SecretHash);
      await revoke("cred_3" as CredentialId);
      const all = await list();
      expect(all.map(({ credential }) => credential)).toEqual([
        CREDENTIAL,
        { ...CREDENTIAL, id: "cred_2", expiresAt: NOW },
      ]);
      expect(await port().page(organization().id, { limit: 1, after: all[0]?.place ?? null })).toEqual(all.slice(1));
    });
  }

  function granting(): void {
    it("is a use, is told, and opens by its token until its own end", async () => {
      await create();
      const told = await auditedBy(storage, async () => expect(await openGrant()).toBe(true));
      expect(told).toEqual([audit("company.signed_in")]);
      expect((await list())[0]?.credential.lastUsedAt).toBe(NOW);
      expect(await port().byRefreshToken(TOKEN, NOW + 999)).toEqual({ ...standing(), grant: GRANT });
      expect(await port().byRefreshToken(TOKEN, NOW + 1_000)).toBeNull();
      expect(await port().byRefreshToken(SECRET, NOW)).toBeNull();
    });

    it("ends with its credential", async () => {
      await create({ expiresAt: NOW + 10 });
      await openGrant();
      expect(await port().byRefreshToken(TOKEN, NOW + 9)).not.toBeNull();
      expect(await port().byRefreshToken(TOKEN, NOW + 10)).toBeNull();
      await revoke();
      expect(await port().byRefreshToken(TOKEN, NOW)).toBeNull();
    });

    it("of a credential that isn't live is none", async () => {
      await create({ expiresAt: NOW + 10 });
      const late = { createdAt: NOW + 10, expiresAt: NOW + 20 };
      const told = await auditedBy(storage, async () => expect(await openGrant(late)).toBe(false));
      await revoke();
      expect([told, await openGrant()]).toEqual([[], false]);
      expect(await port().byRefreshToken(TOKEN, NOW)).toBeNull();
    });

    it("is forgotten when it is over, and not before", async () => {
      await create();
      await openGrant();
      const { createdAt } = GRANT;
      for (const [token, expiresAt] of [
        ["second", NOW + 1_000],
        ["third", NOW + 1_001],
      ] as const) {
        const made = { token: token as SecretHash, credential: CREDENTIAL.id, grant: { createdAt, expiresAt } };
        await port().openGrant(made, audit("company.signed_in"));
      }
      const forget = (by: number, limit = 10) => port().forgetGrants({ by, limit });
      expect([await forget(NOW + 999), await forget(NOW + 1_000, 1), await forget(NOW + 1_000)]).toEqual([0, 1, 1]);
      expect(await port().byRefreshToken("third" as SecretHash, NOW)).not.toBeNull();
      expect(await port().byRefreshToken(TOKEN, NOW)).toBeNull();
    });

    it("the last use never moves back", async () => {
      await create();
      await port().touch(CREDENTIAL.id, NOW + 5);
      await port().touch(CREDENTIAL.id, NOW + 3);
      expect((await list())[0]?.credential.lastUsedAt).toBe(NOW + 5);
    });
  }
}
