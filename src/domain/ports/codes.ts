/** The one code that counts for a recipient: where its record is, and under which master key its name was made. */
export interface LiveCode {
  /** random, and no secret: it says which code, not what the code is */
  readonly id: string;
  readonly keyId: number;
  /** epoch seconds */
  readonly expiresAt: number;
}

/** Codes at rest, eventually consistent. Throws `unavailable`. */
export interface CodeRecords {
  /** `name` is an HMAC of recipient and code, so a stale answer to one name says nothing of another code. */
  put(name: string, id: string, lifetimeSeconds: number): Promise<void>;
  /** The id under that name, or null. */
  get(name: string): Promise<string | null>;
}

/** What is decided of codes, one thread a recipient. Throws `unavailable`: a guess then is refused, not spent. */
export interface CodeLedger {
  /** From now on no older code of the recipient counts. */
  begin(recipient: string, code: LiveCode): Promise<void>;
  live(recipient: string, now: number): Promise<LiveCode | null>;
  /** True for one caller alone, and only while this is the code that counts. */
  spend(recipient: string, code: { id: string; now: number }): Promise<boolean>;
}
