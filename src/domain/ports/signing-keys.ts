import type { JWK } from "jose";
import type { AuditEntry } from "../audit.ts";
import type { StoredSigningKey } from "../signing-key.ts";

/** The signing keys at rest. Each change is one batch with its audit entry, or nothing: of N that try one makes it. */
export interface SigningKeys {
  /** The newest first. */
  all(): Promise<StoredSigningKey[]>;
  /** A key that signs at once: nothing is changed when there is one. */
  insertCurrent(key: StoredSigningKey, audit: AuditEntry): Promise<void>;
  /** False when there is a next key, or `current` is no longer the one that signs: nothing was changed then. */
  insertNext(which: { next: StoredSigningKey; current: string }, audit: AuditEntry): Promise<boolean>;
  /**
   * `next` signs from now on; `current` is retired and its private half erased. False when one of the two is no longer
   * what it is called: nothing was changed then.
   */
  promote(which: { next: string; current: string; now: number }, audit: AuditEntry): Promise<boolean>;
  /** False when there is no such key in that state. */
  remove(which: Pick<StoredSigningKey, "kid" | "state">, audit: AuditEntry): Promise<boolean>;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

export interface VerifyingKey {
  readonly publicKey: CryptoKey;
  /** the latest `iat` that a token of the key can have; infinite while the key may sign */
  readonly lastIssuedAt: number;
}

/** The signing keys, in this isolate's memory. */
export interface Keyring {
  /** The one that signs now. Throws `unavailable` when storage was down so long that this can't be known. */
  current(): Promise<SigningKey>;
  /** Of a token's `kid`, or null when we have no such key. Throws `unavailable` when storage was down so long that it may be a new one. */
  verifying(kid: string): Promise<VerifyingKey | null>;
  /** RFC 7517 §5: what `/.well-known/jwks.json` shows. */
  jwks(): Promise<{ keys: readonly JWK[] }>;
}
