import type { ApiKey, ApiKeySettings, KeyStanding, ListedApiKey, OwnKey } from "../api-key.ts";
import type { AuditEntry } from "../audit.ts";
import type { ApiKeyId, OrganizationId, SecretHash, SessionId, UserId } from "../ids.ts";

export interface NewApiKey extends ApiKeySettings {
  readonly publicId: string;
  readonly owner: UserId;
  /** in which the key acts; null while its owner has none */
  readonly organization: OrganizationId | null;
  /** that asked for it */
  readonly session: SessionId;
  readonly secret: SecretHash;
  readonly shownAs: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface KeyRotation extends OwnKey {
  readonly secret: SecretHash;
  readonly shownAs: string;
  /** epoch seconds from which no older secret is good */
  readonly othersEndAt: number;
}

/** API keys. A key is live while it is neither revoked nor expired; the others are kept, and not found here. */
export interface ApiKeys {
  /** The new key's numeric id. Null when its owner has `KEYS_AT_MOST` live ones or the session has ended: nothing was changed then. */
  create(key: NewApiKey, audit: AuditEntry): Promise<ApiKeyId | null>;
  /** Live ones, newest first. */
  ofOwner(owner: UserId, now: number): Promise<ListedApiKey[]>;
  /** A live key of this owner. */
  own(which: OwnKey): Promise<ApiKey | null>;
  /** False when the owner has no such live key: nothing was changed then. */
  revoke(which: OwnKey, audit: AuditEntry): Promise<boolean>;
  /** A new secret beside the old ones. False when the owner has no such live key: nothing was changed then. */
  rotate(rotation: KeyRotation, audit: AuditEntry): Promise<boolean>;
  /** The truth: the live key that this secret opens, its owner, and the membership in which it acts. */
  standing(secret: SecretHash, now: number): Promise<KeyStanding | null>;
  /** The same, up to `KEY_LEASE_SECONDS` old: from this isolate's memory when it is there. */
  recentStanding(secret: SecretHash, now: number): Promise<KeyStanding | null>;
  /** Whatever has changed of this owner or their keys: this isolate asks the truth again. */
  forget(owner: UserId): void;
}
