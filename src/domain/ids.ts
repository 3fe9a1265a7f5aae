declare const brand: unique symbol;

/** A value that may not be mixed with another of the same primitive type. */
export type Branded<Value, Name extends string> = Value & { readonly [brand]: Name };

/** Integer primary keys: they stay inside, but for the dyzo dialect, whose contract shows them. */
export type UserId = Branded<number, "UserId">;
export type OrganizationId = Branded<number, "OrganizationId">;
export type ApiKeyId = Branded<number, "ApiKeyId">;
export type ProjectId = Branded<number, "ProjectId">;

/** `ses_...`: also the `sid` of every token that the session was given. */
export type SessionId = Branded<string, "SessionId">;

/** One of an account's backup codes: random, so that what is sealed for it stays its own. */
export type BackupCodeId = Branded<string, "BackupCodeId">;

/** `cred_...`: also the `sub` and `sid` of every token that the company's credential was given. */
export type CredentialId = Branded<string, "CredentialId">;

/** A password hash as it is stored: sealed, so of no use without `MASTER_KEYS`. */
export type SealedHash = Branded<string, "SealedHash">;

/** The 20 bytes of a TOTP secret, sealed for their user. */
export type SealedTotpSecret = Branded<string, "SealedTotpSecret">;

/** Eight digits are guessed in a second from any hash: they are sealed, for their user and id. */
export type SealedBackupCode = Branded<string, "SealedBackupCode">;

/** SHA-256 in hex of a secret of 128 random bits and more: what it is looked up by, of no use to whoever reads it. */
export type SecretHash = Branded<string, "SecretHash">;
