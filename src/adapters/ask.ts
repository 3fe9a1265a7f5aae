import { AuthError } from "../domain/error.ts";

/**
 * Calls a Durable Object, or another service. Whatever goes wrong with it is `unavailable`; `what` is its name in the log,
 * `message` what the caller is told instead of the dialect's own words.
 */
export async function askOnce<Answer>(
  what: string,
  ask: () => Promise<Answer>,
  details: { readonly message?: string } = {},
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const why = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    // An overloaded object (above about 1,000 requests a second) needs a pause; anything else is over in a moment.
    const retryAfterSeconds = saysOf(error, "overloaded") ? 5 : 1;
    throw new AuthError("unavailable", why, { retryAfterSeconds, ...details }, { cause: error });
  }
}

/** The same, repeated once where the error may pass: for a call that may run twice. */
export function askTwice<Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer> {
  return askOnce(what, () => ask().catch((error) => (mayPass(error) ? ask() : Promise.reject(error))));
}

/** The object moved or restarted. An overloaded one must not be asked again, whatever else its error says. */
function mayPass(error: unknown): boolean {
  return saysOf(error, "retryable") && !saysOf(error, "overloaded");
}

/** The marks that the runtime puts on errors of Durable Objects. */
function saysOf(error: unknown, mark: "retryable" | "overloaded"): boolean {
  return error instanceof Error && (error as Error & Partial<Record<typeof mark, unknown>>)[mark] === true;
}
