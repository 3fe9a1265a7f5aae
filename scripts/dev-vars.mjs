// .dev.vars: what wrangler gives the Worker on this machine. It is not in git.
import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./ready.mjs";

const file = join(root, ".dev.vars");

/** Adds what the Worker cannot do without; what the file already says stays as it is. */
export function writeDevVars() {
  const own = { ENVIRONMENT: "development", MASTER_KEYS: `1:${randomBytes(32).toString("base64url")}` };
  const missing = Object.entries(own).filter(([name]) => !isGiven(name));
  const newline = /[^\n]$/.test(text()) ? "\n" : "";
  const lines = missing.map(([name, value]) => `${name}=${value}\n`).join("");
  if (missing.length > 0) appendFileSync(file, newline + lines, { mode: 0o600 });
}

export function isGiven(name) {
  return new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(text());
}

function text() {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
