import { WorkerEntrypoint } from "cloudflare:workers";
import { coreOf, WORLD } from "./core.ts";
import { type Call, newRequestId } from "./domain/call.ts";
import { whyOf } from "./domain/error.ts";
import type { Core } from "./domain/ports.ts";
import { presentedIn } from "./domain/presented.ts";
import { type Verification, verifyCredential } from "./domain/verify-credential.ts";

/**
 * What a sibling Worker may ask over a service binding, without a network hop:
 * `[[services]] binding = "AUTH", service = "latchkey", entrypoint = "Auth"`.
 */
export class Auth extends WorkerEntrypoint<Parameters<typeof coreOf>[0]> {
  /**
   * Checks a request's credential, or a token or an API key alone, as `GET /v1/auth/verify` does. Nothing that a client sent makes it throw.
   * A request that is handed over loses its body on the way: `request.headers` are enough where the body is needed.
   */
  async verify(credential: string | Headers | Request): Promise<Verification> {
    let core: Core;
    try {
      core = coreOf(this.env);
    } catch (error) {
      WORLD.log.write("error", "refused", { row: "rpc verify", refusal: "misconfigured", why: whyOf(error) });
      return { active: false, reason: "unavailable", retryAfterSeconds: null };
    }
    return verifyCredential(core, { call: this.#beginCall(core), presented: presentedIn(credential) });
  }

  /** A sibling is no client: what is known of a client stays empty. */
  #beginCall({ random, log }: Core): Call {
    const id = newRequestId(random);
    return {
      id,
      clientId: "rpc",
      address: null,
      country: null,
      userAgent: null,
      language: "en",
      limits: [],
      headers: {},
      later: (work) => {
        const logged = work.catch((error: unknown) => {
          log.write("error", "later.failed", { request_id: id, why: whyOf(error) });
        });
        this.ctx.waitUntil(logged);
      },
    };
  }
}
