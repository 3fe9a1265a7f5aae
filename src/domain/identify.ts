import type { Access, Callers } from "./access.ts";
import { verifyAccessToken } from "./access-token.ts";
import type { Call } from "./call.ts";
import { AuthError, unreachable } from "./error.ts";
import { keyCaller, verifiedKey } from "./key-caller.ts";
import type { Core } from "./ports.ts";
import type { Presented } from "./presented.ts";
import { sessionCaller, verifiedToken } from "./token-caller.ts";

/**
 * Who calls, for the column `access`. Throws `unauthenticated`, whatever is the matter with the credential; `forbidden` when
 * a good one is of a kind that the row doesn't take.
 */
export async function identify<A extends Access>(
  core: Core,
  asked: { call: Call; access: A; presented: Presented },
): Promise<Callers[A]>;
export async function identify(
  core: Core,
  { call, access, presented }: { call: Call; access: Access; presented: Presented },
): Promise<Callers[Access]> {
  if (access === "public") return null;
  const { bearer, apiKey } = presented;
  // Which of the two was meant can't be known, and they may be of different users.
  if (bearer !== null && apiKey !== null) throw new AuthError("unauthenticated", "two credentials");
  if (apiKey !== null) return byKey(core, { call, access, apiKey });
  if (bearer === null) throw new AuthError("unauthenticated", "no credential");
  const claims = await verifyAccessToken(core, bearer);
  return access === "verify" ? verifiedToken(core, claims) : sessionCaller(core, claims);
}

async function byKey(
  core: Core,
  { call, access, apiKey }: { call: Call; access: Exclude<Access, "public">; apiKey: string },
): Promise<Callers[Access]> {
  switch (access) {
    case "verify":
      return verifiedKey(core, { call, apiKey });
    case "account":
      return keyCaller(core, { call, apiKey });
    case "session":
      await keyCaller(core, { call, apiKey });
      throw new AuthError("forbidden", "an API key on a row for sessions");
    default:
      return unreachable(access);
  }
}
