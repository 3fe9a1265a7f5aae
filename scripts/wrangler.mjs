// wrangler, on the Node that it needs and without what it says to the world.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { nodeForTools, root } from "./ready.mjs";

export class Failure extends Error {}

/** Runs it in the checkout until it ends or `signal` says so. */
export function spawnWrangler(args, signal) {
  const env = {
    ...process.env,
    CLOUDFLARE_CF_FETCH_ENABLED: "false", // request.cf is otherwise fetched from workers.cloudflare.com
    WRANGLER_HIDE_BANNER: "true", // and with it the look for updates
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
  };
  const script = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const node = nodeForTools();
  if (node === undefined) throw new Failure(`wrangler needs Node 22 or newer, and this is ${process.version}.`);
  const child = spawn(node, [script, ...args], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], signal });
  child.on("error", (error) => error.name !== "AbortError" && console.error(error.message));
  return child;
}
