import { hex, type Random, sha256 } from "../crypto/bytes.ts";
import { publicId, uuid } from "../crypto/ids.ts";
import type { CredentialId, SecretHash } from "./ids.ts";

/** What a company signs in with. Its secret, the `companyId`, can't be read again. */
export interface CompanyCredential {
  readonly id: CredentialId;
  readonly name: string;
  /** epoch seconds, like every time here */
  readonly createdAt: number;
  /** null: until it is revoked */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

/** A live credential and whose it is: all that a token of it says. */
export interface CompanyStanding {
  readonly credential: Pick<CompanyCredential, "id" | "name" | "expiresAt">;
  /** public id */
  readonly organization: string;
}

/** Live until its credential ends, or its own time is over. */
export interface CompanyGrant {
  readonly createdAt: number;
  readonly expiresAt: number;
}

export function newCredentialId(random: Random): CredentialId {
  return publicId({ prefix: "cred", random }) as CredentialId;
}

/** 122 random bits, as a UUID: what the vendor's clients send as `companyId`. */
export function newCompanyId(random: Random): string {
  return uuid(random);
}

/** A UUID is the same in either case (RFC 9562 §4). */
export function companyIdHash(companyId: string): SecretHash {
  return hex(sha256(companyId.toLowerCase())) as SecretHash;
}

export function refreshTokenHash(token: string): SecretHash {
  return hex(sha256(token)) as SecretHash;
}
