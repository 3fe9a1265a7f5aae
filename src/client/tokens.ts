const DIALECTS = ["datix", "dyzo", "vault", "elyssa"] as const;

/** Whose words a session began in: they decide how its tokens are renewed. */
export type Dialect = (typeof DIALECTS)[number];

export interface Tokens {
  readonly dialect: Dialect;
  readonly access: string;
  /** where the dialect has one: dyzo, elyssa */
  readonly refresh: string | null;
  /** vault's `vaultToken` */
  readonly team: string | null;
  /** epoch seconds by this machine's clock */
  readonly expiresAt: number;
}

/** Where the tokens are kept: the caller says, for only the caller knows who else can read there. */
export interface TokenStore {
  read(): Tokens | null | Promise<Tokens | null>;
  /** null: forget them */
  write(tokens: Tokens | null): void | Promise<void>;
}

/** In this object alone: gone with the page or the process. */
export function memoryStore(): TokenStore {
  let kept: Tokens | null = null;
  return {
    read: () => kept,
    write: (tokens) => {
      kept = tokens;
    },
  };
}

/** `localStorage`, `sessionStorage`, or what looks like them. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** In a browser's storage: every script of the origin can read it there, and every tab shares it. */
export function webStore(storage: WebStorage, key = "latchkey"): TokenStore {
  return {
    read: () => tokensOf(storage.getItem(key)),
    write: (tokens) => (tokens === null ? storage.removeItem(key) : storage.setItem(key, JSON.stringify(tokens))),
  };
}

/** What others wrote there under our name is no session. */
function tokensOf(text: string | null): Tokens | null {
  try {
    const kept: Tokens = JSON.parse(text ?? "null");
    return DIALECTS.includes(kept.dialect) && kept.expiresAt > 0 && lifetimeOf(kept.access) > 0 ? kept : null;
  } catch {
    return null;
  }
}

/** What the dialects call the tokens of a login or a renewal. */
export type TokenAnswer = {
  readonly [name in "access_token" | "accessToken" | "userToken" | "refresh_token" | "refreshToken" | "vaultToken"]?:
    | string
    | null;
};

/** Null when there is no access token in it. What it doesn't say stays as in `before`. */
export function tokensIn(
  answer: TokenAnswer,
  { dialect, now, before = null }: { dialect: Dialect; now: number; before?: Tokens | null },
): Tokens | null {
  const access = answer.userToken ?? answer.access_token ?? answer.accessToken;
  if (access == null) return null;
  return {
    dialect,
    access,
    refresh: answer.refresh_token ?? answer.refreshToken ?? before?.refresh ?? null,
    team: answer.vaultToken ?? before?.team ?? null,
    expiresAt: now + lifetimeOf(access),
  };
}

/** Seconds from `iat` to `exp`: a length, so that it doesn't matter how wrong this machine's clock is. */
function lifetimeOf(token: string): number {
  const { exp, iat } = claimsOf(token);
  return exp - iat;
}

/** Two tabs share a store, and one of them may log in as somebody else. */
export function isOfSame(a: Tokens, b: Tokens): boolean {
  return claimsOf(a.access).sub === claimsOf(b.access).sub;
}

/** Unverified: for our own planning, and never to decide what somebody may. */
function claimsOf(token: string): { readonly sub: string; readonly exp: number; readonly iat: number } {
  const [, payload = ""] = token.split(".");
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
}
