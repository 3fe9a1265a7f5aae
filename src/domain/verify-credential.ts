import type { VerifiedCredential } from "./access.ts";
import type { Call } from "./call.ts";
import { AuthError, whyOf } from "./error.ts";
import { identify } from "./identify.ts";
import type { Core } from "./ports.ts";
import type { Presented } from "./presented.ts";

/** What a check came to, as a value: an error loses its fields on its way through RPC. */
export type Verification =
  | ({ readonly active: true } & VerifiedCredential)
  | {
      readonly active: false;
      readonly reason: "unauthenticated" | "too_many_requests" | "unavailable";
      /** seconds until another try makes sense, where that is known */
      readonly retryAfterSeconds: number | null;
    };

/** Any good credential, as on the hot path of `/verify`: from memory when hot, one request of an API key's quota. */
export async function verifyCredential(
  core: Core,
  { call, presented }: { call: Call; presented: Presented },
): Promise<Verification> {
  try {
    return { active: true, ...(await identify(core, { call, access: "verify", presented })) };
  } catch (error) {
    const { refusal, why, details } = error instanceof AuthError ? error : new AuthError("internal", whyOf(error));
    const isAnswer = refusal === "unauthenticated" || refusal === "too_many_requests";
    core.log.write(isAnswer ? "info" : "error", "refused", { request_id: call.id, row: "rpc verify", refusal, why });
    return {
      active: false,
      reason: isAnswer ? refusal : "unavailable",
      retryAfterSeconds: details.retryAfterSeconds ?? null,
    };
  }
}
