import { consoleLog, systemRandom } from "../../../src/adapters/world.ts";
import { buildCore } from "../../../src/core.ts";
import type { Core } from "../../../src/domain/ports.ts";
import type { Env } from "../../../src/env.ts";
import { createApp } from "../../../src/http/app.ts";
import { TestClock } from "../../clock.ts";

export * from "../../../src/index.ts"; // its Durable Objects

// Latchkey as a Worker of its own, but for its clock: that one can be turned by whoever asks.

const clock = new TestClock();
const app = createApp();
let core: Core | null = null;

export default {
  fetch(request, env, ctx) {
    core ??= buildCore(env, { clock, log: consoleLog, random: systemRandom });
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/test/clock") return app.fetch(request, core, ctx);
    clock.advance(Number(searchParams.get("advance") ?? 0));
    return Response.json(clock.now(), { headers: { "Access-Control-Allow-Origin": "*" } });
  },
} satisfies ExportedHandler<Env>;
