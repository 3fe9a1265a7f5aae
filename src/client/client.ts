import { errorOf, LatchkeyError } from "./errors.ts";
import { renewTokens } from "./renew.ts";
import { isOfSame, memoryStore, type TokenStore, type Tokens } from "./tokens.ts";
import { type Locks, systemFetch, systemLocks, systemNow } from "./world.ts";

export interface ClientOptions {
  /** Latchkey's origin: `https://auth.example.com` */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** memory unless said */
  readonly store?: TokenStore;
  /** so that of several tabs one renews: the runtime's Web Locks unless said; null: none */
  readonly locks?: Locks | null;
  /** epoch seconds */
  readonly now?: () => number;
}

/** A session of one user or company. In a Worker, where promises belong to a request, one for each request. */
export interface Client {
  readonly baseUrl: string;
  readonly now: () => number;
  /** without a credential */
  readonly send: typeof fetch;
  /**
   * `fetch` with the access token, which is renewed before when it is over, and after a 401: then the request is sent once
   * more. Throws LatchkeyError when there is no session or no answer.
   */
  readonly fetch: typeof fetch;
  readonly tokens: () => Promise<Tokens | null>;
  /** null: forget them */
  readonly keep: (tokens: Tokens | null) => Promise<void>;
}

/** So long before their end tokens are renewed that can't be renewed after it. */
const MARGIN_SECONDS = { datix: 60, vault: 60, elyssa: 60, dyzo: 0 };

export function createClient(options: ClientOptions): Client {
  const { store = memoryStore(), locks = systemLocks(), now = systemNow } = options;
  const send = reaching(options.fetch ?? systemFetch);
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  let renewing: Promise<Tokens> | null = null;

  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    return locks === null ? work() : locks.request(`latchkey ${baseUrl}`, work);
  }

  /** One renewal for all calls of this client, and of all tabs: whoever comes second finds new tokens in the store. */
  function renew(stale: Tokens): Promise<Tokens> {
    renewing ??= exclusively(async () => {
      const kept = await store.read();
      if (kept !== null && kept.access !== stale.access) return kept;
      const next = kept && (await renewTokens(kept, { baseUrl, send, now }));
      await store.write(next);
      return next ?? signedOut();
    }).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function fresh(): Promise<Tokens> {
    const tokens = (await store.read()) ?? signedOut();
    const left = tokens.expiresAt - now();
    if (left > MARGIN_SECONDS[tokens.dialect]) return tokens;
    return renew(tokens).catch((error: unknown) => {
      if (left > 0 && !isSignedOut(error)) return tokens;
      throw error;
    });
  }

  return {
    ...{ baseUrl, now, send },
    tokens: async () => store.read(),
    keep: (tokens) => exclusively(async () => store.write(tokens)),
    async fetch(input, init) {
      const request = new Request(input, init);
      const tokens = await fresh();
      const again = request.body === null ? request : request.clone();
      const answer = await send(withToken(request, tokens));
      if (answer.status !== 401) return answer;
      const renewed = await renew(tokens).catch((error: unknown) => {
        if (isSignedOut(error)) return tokens;
        throw error;
      });
      if (!isWorthAnother(tokens, renewed)) return answer;
      await answer.body?.cancel();
      return send(withToken(again, renewed));
    },
  };
}

/** A token that is renewed by itself was good, so the 401 was about something else: a wrong password must not be tried twice. */
function isWorthAnother(tokens: Tokens, renewed: Tokens): boolean {
  return tokens.refresh !== null && renewed.access !== tokens.access && isOfSame(renewed, tokens);
}

function withToken(request: Request, { access }: Tokens): Request {
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${access}`);
  return new Request(request, { headers });
}

function signedOut(): never {
  throw new LatchkeyError("signed_out", "There is no session: please log in");
}

function isSignedOut(error: unknown): boolean {
  return error instanceof LatchkeyError && error.code === "signed_out";
}

/** No answer has a word of its own; a caller who gave up hears of that as ever. */
function reaching(send: typeof fetch): typeof fetch {
  return async (...asked: Parameters<typeof fetch>) => {
    try {
      return await send(...asked);
    } catch (cause) {
      if (cause instanceof Error && cause.name === "AbortError") throw cause;
      throw new LatchkeyError("unreachable", "There is no answer", {}, { cause });
    }
  };
}

/** What a verb sends. */
export interface Message {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** sent as JSON; without it nothing is */
  readonly json?: object;
  /** anyone may call: no token is sent */
  readonly open?: boolean;
}

/** One call of Latchkey itself, and its JSON. Throws LatchkeyError. */
export async function call<Answer>(
  client: Client,
  path: string,
  { method, json, open }: Message = {},
): Promise<Answer> {
  const init = {
    method: method ?? (json === undefined ? "GET" : "POST"),
    ...(json === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(json) }),
  };
  const answer = await (open ? client.send : client.fetch)(client.baseUrl + path, init);
  if (answer.status === 401 && !open && (await client.tokens()) === null) return signedOut();
  if (!answer.ok) throw await errorOf(answer);
  return answer.json() as Promise<Answer>;
}
