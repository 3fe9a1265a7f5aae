import type { AuditEntry } from "../audit.ts";
import type { CompanyCredential, CompanyGrant, CompanyStanding } from "../company-credential.ts";
import type { CredentialId, OrganizationId, SecretHash } from "../ids.ts";
import type { PageWanted } from "../page.ts";

/** A credential is live until it is revoked or expired. */
export interface CompanyCredentials {
  create(
    organization: OrganizationId,
    made: { readonly credential: CompanyCredential; readonly secret: SecretHash },
    audit: AuditEntry,
  ): Promise<void>;
  /** Those that weren't revoked, in the order in which they were made; one more than `limit` when there is one. */
  page(
    organization: OrganizationId,
    wanted: PageWanted<number>,
  ): Promise<readonly { readonly place: number; readonly credential: CompanyCredential }[]>;
  /** False when the organization has no such credential: nothing was changed then. */
  revoke(
    organization: OrganizationId,
    which: { readonly id: CredentialId; readonly now: number },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** The live credential that this secret opens. */
  bySecret(secret: SecretHash, now: number): Promise<CompanyStanding | null>;
  byId(id: CredentialId, now: number): Promise<CompanyStanding | null>;
  /** The live grant that this refresh token opens, and its credential. */
  byRefreshToken(token: SecretHash, now: number): Promise<(CompanyStanding & { readonly grant: CompanyGrant }) | null>;
  /** A use of the credential; false when it isn't live any more, and then nothing was written. */
  openGrant(
    made: { readonly token: SecretHash; readonly credential: CredentialId; readonly grant: CompanyGrant },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** The credential was used now. */
  touch(id: CredentialId, now: number): Promise<void>;
  /** Deletes grants whose own time is over by then, at most so many; answers how many they were. */
  forgetGrants(over: { readonly by: number; readonly limit: number }): Promise<number>;
}
