declare const brand: unique symbol;

/** A value that may not be mixed with another of the same primitive type. */
export type Branded<Value, Name extends string> = Value & { readonly [brand]: Name };

/** Integer primary keys: they stay inside, but for the dyzo dialect, whose contract shows them. */
export type UserId = Branded<number, "UserId">;
export type OrganizationId = Branded<number, "OrganizationId">;

/** `ses_...`: also the `sid` of every token that the session was given. */
export type SessionId = Branded<string, "SessionId">;

/** A password hash as it is stored: sealed, so of no use without `MASTER_KEYS`. */
export type SealedHash = Branded<string, "SealedHash">;
