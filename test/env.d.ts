import type { Env } from "../src/env.ts";

declare global {
  /** vite's: the files of a folder, read when the tests are built */
  interface ImportMeta {
    glob<File>(pattern: string, how: { eager: true; import: "default" }): Record<string, File>;
  }
  namespace Cloudflare {
    interface Env extends WorkerBindings {
      MASTER_KEYS: string;
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

type WorkerBindings = Env;
type D1Migration = { name: string; queries: string[] };
