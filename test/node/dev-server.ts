import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const NOT_COPIED = [".dev.vars", ".git", ".wrangler", "coverage", "dist", "node_modules"];
/** A cold machine whose two cores run the other tests as well. */
export const START_SECONDS = 90;

export interface DevServer {
  readonly port: number;
  readonly process: ChildProcess;
  /** where it runs: `npm start` writes .dev.vars and .wrangler, and those of the checkout belong to whoever works in it */
  readonly checkout: string;
  /** what it has printed */
  output(): string;
  /** Ends what is left of it. */
  remove(): void;
}

/** `npm start` on a copy of the checkout and a free port, with storage of its own; `flags` go to wrangler. */
export async function startDevServer(flags: readonly string[] = []): Promise<DevServer> {
  const checkout = copyOfCheckout();
  const port = await freePort();
  const args = ["scripts/start.mjs", "--", `--port=${port}`, "--persist-to", join(checkout, "state"), ...flags];
  // its own process group: what is left of it can be counted
  const server = spawn(process.execPath, args, { cwd: checkout, detached: true });
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk;
  };
  server.stdout.on("data", collect);
  server.stderr.on("data", collect);
  await until(() => output.includes(`http://localhost:${port}`) || server.exitCode !== null, START_SECONDS);
  return {
    port,
    process: server,
    checkout,
    output: () => output,
    remove() {
      if (server.pid !== undefined && membersOf(server.pid).length > 0) process.kill(-server.pid, "SIGKILL");
      rmSync(checkout, { recursive: true, force: true });
    },
  };
}

function copyOfCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), "latchkey-start-"));
  for (const name of readdirSync(root).filter((entry) => !NOT_COPIED.includes(entry)))
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  holder.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

export async function until(condition: () => boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !condition() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50));
}

// Read from /proc (so: on Linux), for a process that has ended and that nobody has collected (state Z) still takes signals.
export function membersOf(group: number): string[] {
  if (process.platform !== "linux") return [];
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map(statusOf).filter((line) => {
    const [state, , member] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return Number(member) === group && state !== "Z";
  });
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}
