import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const NOT_COPIED = [".dev.vars", ".git", ".wrangler", "coverage", "dist", "node_modules"];
const START_SECONDS = 90; // a cold machine whose two cores run the other tests as well

describe("npm start", () => {
  let checkout: string;
  let port: number;
  let server: ChildProcess;
  let output = "";

  beforeAll(
    async () => {
      checkout = copyOfCheckout();
      port = await freePort();
      server = spawn(
        process.execPath,
        ["scripts/start.mjs", "--", `--port=${port}`, "--persist-to", join(checkout, "state")],
        {
          cwd: checkout,
          detached: true, // its own process group: what is left of it can be counted
        },
      );
      const collect = (chunk: Buffer) => {
        output += chunk;
      };
      server.stdout?.on("data", collect);
      server.stderr?.on("data", collect);
      await until(() => output.includes(`http://localhost:${port}`) || server.exitCode !== null, START_SECONDS);
    },
    (START_SECONDS + 10) * 1000,
  );

  afterAll(() => {
    if (server.pid !== undefined && membersOf(server.pid).length > 0) process.kill(-server.pid, "SIGKILL");
    rmSync(checkout, { recursive: true, force: true });
  });

  it("says where it listens, and answers there", async () => {
    expect(output).toContain(`Latchkey listens on http://localhost:${port}`);
    const answer = await fetch(`http://localhost:${port}/`);
    expect(answer.status).toBeGreaterThanOrEqual(200);
  });

  it("makes a master key of its own", () => {
    const vars = readFileSync(join(checkout, ".dev.vars"), "utf8");
    expect(vars).toMatch(/^ENVIRONMENT=development$/m);
    expect(vars).toMatch(/^MASTER_KEYS=1:[\w-]{43}$/m);
  });

  it("says in one line that a port is taken", async () => {
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
    const group = server.pid ?? 0;
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    await until(() => membersOf(group).length === 0, 10);
    expect(membersOf(group)).toEqual([]);
  });
});

// `npm start` writes .dev.vars and .wrangler, and those of the checkout belong to whoever works in it.
function copyOfCheckout() {
  const copy = mkdtempSync(join(tmpdir(), "latchkey-start-"));
  for (const name of readdirSync(root).filter((entry) => !NOT_COPIED.includes(entry)))
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

async function freePort() {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  holder.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function until(condition: () => boolean, seconds: number) {
  for (const end = Date.now() + seconds * 1000; !condition() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50));
}

// Read from /proc (so: on Linux), for a process that has ended and that nobody has collected (state Z) still takes signals.
function membersOf(group: number): string[] {
  if (process.platform !== "linux") return [];
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map(statusOf).filter((line) => {
    const [state, , member] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return Number(member) === group && state !== "Z";
  });
}

function statusOf(pid: string) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}
