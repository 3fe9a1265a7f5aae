import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { copyOfCheckout } from "./checkout.ts";
import { freePort, until } from "./latchkey.ts";

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
  const checkout = copyOfCheckout("latchkey-start-");
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
