import type { CompanyStanding } from "../../src/domain/company-credential.ts";
import type { CompanyCredentials } from "../../src/domain/ports/company-credentials.ts";
import { type CredentialRow, type MemoryDatabase, pageFrom } from "./database.ts";

export function memoryCompanyCredentials(db: MemoryDatabase): CompanyCredentials {
  function live(now: number, wanted: (row: CredentialRow) => boolean): CredentialRow | undefined {
    const isOver = ({ credential }: CredentialRow) => credential.expiresAt !== null && credential.expiresAt <= now;
    return db.credentials.find((row) => wanted(row) && !row.revoked && !isOver(row));
  }

  function standingOf(row: CredentialRow | undefined): CompanyStanding | null {
    if (row === undefined) return null;
    const { id, name, expiresAt } = row.credential;
    const organization = db.members.find((each) => each.organization.id === row.organization)?.organization.publicId;
    return { credential: { id, name, expiresAt }, organization: organization ?? "" };
  }

  function replace(before: CredentialRow, after: CredentialRow): void {
    db.credentials[db.credentials.indexOf(before)] = after;
  }

  function touch(row: CredentialRow, now: number): void {
    const lastUsedAt = Math.max(row.credential.lastUsedAt ?? 0, now);
    replace(row, { ...row, credential: { ...row.credential, lastUsedAt } });
  }

  return {
    async create(organization, { credential, secret }, audit) {
      db.credentials.push({ organization, credential, secret, revoked: false });
      db.audit.push(audit);
    },

    async page(organization, wanted) {
      const theirs = db.credentials.flatMap((row, at) =>
        row.organization === organization && !row.revoked ? [{ place: at + 1, credential: row.credential }] : [],
      );
      return pageFrom(theirs, wanted, ({ place }) => place);
    },

    async revoke(organization, { id }, audit) {
      const row = db.credentials.find((each) => each.credential.id === id && each.organization === organization);
      if (row === undefined || row.revoked) return false;
      replace(row, { ...row, revoked: true });
      db.audit.push(audit);
      return true;
    },

    bySecret: async (secret, now) => standingOf(live(now, (row) => row.secret === secret)),

    byId: async (id, now) => standingOf(live(now, (row) => row.credential.id === id)),

    async byRefreshToken(token, now) {
      const grant = db.grants.get(token);
      if (grant === undefined || grant.expiresAt <= now) return null;
      const standing = standingOf(live(now, (row) => row.credential.id === grant.credential));
      const { createdAt, expiresAt } = grant;
      return standing && { ...standing, grant: { createdAt, expiresAt } };
    },

    async openGrant({ token, credential, grant }, audit) {
      const row = live(grant.createdAt, ({ credential: { id } }) => id === credential);
      if (row === undefined) return false;
      touch(row, grant.createdAt);
      db.grants.set(token, { ...grant, credential });
      db.audit.push(audit);
      return true;
    },

    async touch(id, now) {
      const row = db.credentials.find(({ credential }) => credential.id === id);
      if (row !== undefined) touch(row, now);
    },

    async forgetGrants({ by, limit }) {
      const over = [...db.grants].filter(([, { expiresAt }]) => expiresAt <= by).slice(0, limit);
      for (const [token] of over) db.grants.delete(token);
      return over.length;
    },
  };
}
