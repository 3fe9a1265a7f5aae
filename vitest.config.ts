import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Two rooms: `worker` runs inside workerd on real D1, KV and Durable Objects; `node` is for what reads files or starts programs.
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              cf: false,
              bindings: {
                ENVIRONMENT: "development",
                ISSUER: "http://localhost:8787",
                MASTER_KEYS: `1:${"k".repeat(43)}`,
                TEST_MIGRATIONS: await readD1Migrations("./migrations"),
              },
              outboundService: () => new Response("outbound requests are denied in tests", { status: 599 }),
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/node/**"],
          isolate: false,
          setupFiles: ["test/setup.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: { name: "node", include: ["test/node/**/*.test.ts"], testTimeout: 60_000 },
      },
    ],
  },
});
