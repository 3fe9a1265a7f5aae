/** What Google's tokeninfo says of an OAuth access token: as it came, nothing of it checked. */
export type TokenInfo = Readonly<Record<string, unknown>>;

/** Google, as far as it is configured. Each call throws `unavailable` when Google can't be asked. */
export interface Google {
  /** the application's own id, the `aud` of every token that is for us */
  readonly clientId: string;
  /** The key that Google publishes under `kid` now, or null. */
  keyFor(kid: string): Promise<CryptoKey | null>;
  /** Null when Google doesn't know the token. */
  tokenInfo(accessToken: string): Promise<TokenInfo | null>;
}
