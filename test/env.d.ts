import type { Env } from "../src/env.ts";

declare global {
  namespace Cloudflare {
    interface Env extends WorkerBindings {
      MASTER_KEYS: string;
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

type WorkerBindings = Env;
type D1Migration = { name: string; queries: string[] };
