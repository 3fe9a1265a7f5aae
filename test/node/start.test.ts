import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevServer, membersOf, START_SECONDS, startDevServer } from "./dev-server.ts";
import { until } from "./latchkey.ts";

describe("npm start", () => {
  let server: DevServer;

  beforeAll(
    async () => {
      server = await startDevServer();
    },
    (START_SECONDS + 10) * 1000,
  );

  afterAll(() => server.remove());

  it("says where it listens, and answers there", async () => {
    const { port } = server;
    expect(server.output()).toContain(`Latchkey listens on http://localhost:${port}`);
    const answer = await fetch(`http://localhost:${port}/`);
    expect(answer.status).toBeGreaterThanOrEqual(200);
  });

  it("makes a master key of its own", () => {
    const vars = readFileSync(join(server.checkout, ".dev.vars"), "utf8");
    expect(vars).toMatch(/^ENVIRONMENT=development$/m);
    expect(vars).toMatch(/^MASTER_KEYS=1:[\w-]{43}$/m);
  });

  it("says in one line that a port is taken", async () => {
    const { port, checkout } = server;
    const second = spawn(process.execPath, ["scripts/start.mjs", "--port", `${port}`], { cwd: checkout });
    let said = "";
    second.stderr.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    const [code] = await once(second, "close");
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`^Port ${port} is in use\\..*\\n$`));
  });

  it("stops on SIGTERM and leaves no process behind", async () => {
    const group = server.process.pid ?? 0;
    const ended = once(server.process, "exit");
    server.process.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    await until(() => membersOf(group).length === 0, 10);
    expect(membersOf(group)).toEqual([]);
  });
});
