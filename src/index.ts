import { coreOf, WORLD } from "./core.ts";
import { runCron } from "./cron.ts";
import type { Env } from "./env.ts";
import { createApp, refuseMisconfigured } from "./http/app.ts";

export { CodeLedger } from "./adapters/do-code-ledger.ts";
export { KeyQuota } from "./adapters/do-key-quota.ts";
export { Limiter } from "./adapters/do-limiter.ts";
export { Auth } from "./rpc.ts";

const app = createApp();

export default {
  fetch(request, env, ctx) {
    let core: ReturnType<typeof coreOf>;
    try {
      core = coreOf(env);
    } catch (error) {
      return refuseMisconfigured(request, error, WORLD);
    }
    return app.fetch(request, core, ctx);
  },
  scheduled: (_controller, env) => runCron(coreOf(env)),
} satisfies ExportedHandler<Env>;
