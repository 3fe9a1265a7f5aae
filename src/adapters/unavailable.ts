import { AuthError } from "../domain/error.ts";

/** Whatever goes wrong with what we ask becomes `unavailable`; the other side's own words are for the log alone. */
export async function orUnavailable<Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const why = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    throw new AuthError("unavailable", why, { retryAfterSeconds: 1 }, { cause: error });
  }
}
