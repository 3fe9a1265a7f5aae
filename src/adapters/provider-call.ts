import type { Carried } from "../domain/ports/carrier.ts";

/** A provider that is slower than this counts as down. Well within what a Worker may do after its answer (30 s). */
const TIMEOUT_MS = 10_000;

/** A provider that asks for no more patience than this (Resend does, above two requests a second) is asked again at once. */
const PATIENCE_SECONDS = 3;
const TRIES_AT_MOST = 5;

export interface ProviderCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** whether the provider has taken the message; `answer` is its JSON, or null */
  readonly accepted: (status: number, answer: unknown) => boolean;
  /** the provider's own name for what went wrong: all that the log hears of its answer */
  readonly problem: (answer: unknown) => string | null;
}

/** POSTs until the message is taken, refused, or the time is over. Never throws. */
export async function callProvider({ url, headers, body, accepted, problem }: ProviderCall): Promise<Carried> {
  // without a User-Agent, which a Worker's fetch doesn't send by itself, Resend answers 403
  const init = { method: "POST", headers: { "User-Agent": "latchkey", ...headers }, body, redirect: "manual" } as const;
  return withinTime(async (signal) => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(url, { ...init, signal });
      const answer = await jsonOf(response, signal);
      if (accepted(response.status, answer)) return { kind: "delivered" };
      const retryAfterSeconds = retryAfterOf(response);
      const isBrief = response.status === 429 && retryAfterSeconds !== null && retryAfterSeconds <= PATIENCE_SECONDS;
      if (!isBrief || tries >= TRIES_AT_MOST) {
        return { kind: "failed", why: `${response.status} ${problem(answer) ?? "without a name"}`, retryAfterSeconds };
      }
      await scheduler.wait(retryAfterSeconds * 1_000, { signal });
    }
  });
}

/** Whatever is thrown becomes a failure; its message may name the address or quote the text, so only its kind is told. */
export async function withinTime(work: (signal: AbortSignal) => Promise<Carried>): Promise<Carried> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await Promise.race([work(signal), timeUp(signal)]);
  } catch (error) {
    const why = signal.aborted ? "timed out" : `no answer: ${error instanceof Error ? error.name : "unknown"}`;
    return { kind: "failed", why, retryAfterSeconds: null };
  }
}

/** For work that doesn't listen to the signal. */
function timeUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

async function jsonOf(response: Response, signal: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

/** RFC 9110 §10.2.3, in seconds; the form of a date is not used by our providers. */
function retryAfterOf(response: Response): number | null {
  const value = response.headers.get("Retry-After") ?? "";
  return /^\d{1,6}$/.test(value) ? Number(value) : null;
}

/** A member of a JSON object, or undefined. */
export function memberOf(answer: unknown, name: string): unknown {
  return typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
}
