import {
  type Client,
  type ClientOptions,
  createClient,
  type LatchkeyError,
  memoryStore,
  register,
} from "../../../src/client/index.ts";

/** What a case stands on, whatever runs it: a Latchkey on loopback, a new account, and a `fetch` that takes note. */
export interface Ground {
  readonly url: string;
  /** epoch seconds, as both sides see them */
  readonly now: () => number;
  readonly turn: (seconds: number) => Promise<void>;
  readonly account: { readonly email: string; readonly password: string };
  /** what was sent, in order: `GET /v1/auth/me`; a renewal is `renew` */
  readonly sent: string[];
  /** what the pattern finds in the newest mail to that address that has it */
  readonly mailed: (wanted: { readonly to: string; readonly pattern: RegExp }) => Promise<string>;
  /** a request that the client has no function for, and its JSON */
  readonly ask: (client: Client, asked: Asked) => Promise<Record<string, unknown>>;
  readonly client: (options?: Partial<ClientOptions>) => Client;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly json?: object;
}

const PASSWORD = "correct horse battery";

export async function newGround(url: string, name: string): Promise<Ground> {
  const clock = async (advance: number): Promise<number> =>
    (await fetch(`${url}/test/clock?advance=${advance}`)).json() as Promise<number>;
  let now = await clock(0);
  const sent: string[] = [];
  const noting = noted(sent);
  const options = { baseUrl: url, fetch: noting, now: () => now };
  const account = { email: `${name}@example.com`, password: PASSWORD };
  await register(createClient(options), { ...account, full_name: "Ada Lovelace", organization_name: "Engines" });
  sent.length = 0;
  return {
    ...{ url, account, sent, now: () => now },
    async turn(seconds) {
      now = await clock(seconds);
    },
    async mailed({ to, pattern }) {
      const answer = await fetch(`${url}/dev/outbox?to=${to}`);
      const { messages } = (await answer.json()) as { messages: readonly { readonly text: string }[] };
      const found = messages.flatMap(({ text }) => pattern.exec(text)?.[1] ?? []);
      return found[0] ?? "";
    },
    async ask(client, { method, path, json }) {
      const headers = { "Content-Type": "application/json" };
      const body = json === undefined ? {} : { headers, body: JSON.stringify(json) };
      return (await client.fetch(url + path, { method, ...body })).json() as Promise<Record<string, unknown>>;
    },
    client: (changes) => createClient({ ...options, store: memoryStore(), ...changes }),
  };
}

/** The runtime's own fetch; of what was sent it tells method and path. */
export function noted(sent: string[]): typeof fetch {
  return async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const isRenewal = request.headers.has("X-Refresh-Token") || /^\/(v1\/auth|api)\/refresh$/.test(pathname);
    sent.push(isRenewal ? "renew" : `${request.method} ${pathname}`);
    return fetch(request);
  };
}

export function renewals({ sent }: Ground): number {
  return sent.filter((what) => what === "renew").length;
}

export function equal(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${is} is not ${should}`);
}

/** What a call was refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<Pick<LatchkeyError, "code" | "details"> | null> {
  return work.then(
    () => null,
    ({ code, details }: LatchkeyError) => ({ code, details }),
  );
}

/** What an authenticator app shows (RFC 6238: SHA-1, six digits, 30 s). */
export async function totp(base32: string, seconds: number): Promise<string> {
  const digits = [...base32].map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, "0")).join("");
  const secret = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  const step = new DataView(new ArrayBuffer(8));
  step.setBigUint64(0, BigInt(Math.floor(seconds / 30)));
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const tag = new DataView(await crypto.subtle.sign("HMAC", key, step));
  const number = tag.getUint32(tag.getUint8(19) & 15) & 0x7fffffff;
  return String(number).slice(-6).padStart(6, "0");
}
