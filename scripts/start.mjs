// `npm start`: the Worker on this machine, from a fresh clone to a listening port.
// What follows `--` goes to `wrangler dev`; --port, --persist-to and --var are read here as well.
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { isGiven, writeDevVars } from "./dev-vars.mjs";
import { makeReady, root } from "./ready.mjs";
import { Failure, spawnWrangler } from "./wrangler.mjs";

const migrations = join(root, "migrations");
const stop = new AbortController();

// wrangler's IPC message DEV_SERVER_READY comes even when the Worker does not compile; this line waits for it.
const READY = /Ready on https?:/;

// What wrangler says of itself; the Worker's lines, the requests and real errors pass.
const NOISE = [
  /^\s*$/,
  /^Using secrets defined in /,
  /^Your Worker has access to the following bindings:/,
  /^Binding\s+Resource\s+Mode/,
  /^env\..*\s(local|remote)\s*$/,
  /Starting local server\.\.\.$/,
  /Scheduled Workers are not automatically triggered/,
  /^\s*To manually trigger a scheduled event/,
  /^\s*curl ".*\/cdn-cgi\/local\/scheduled"$/,
  /cron-triggers\/#test-cron-triggers-locally/,
];

async function start(args) {
  if (!(await makeReady(stop.signal))) throw new Failure("npm ci failed: the packages are not installed.");
  const port = Number(valueAfter(args, "--port") ?? 8787);
  if (!(port > 0 && port < 65536)) throw new Failure("--port takes a number from 1 to 65535.");
  if (await isTaken(port))
    throw new Failure(`Port ${port} is in use. Stop what listens there, or: npm start -- --port ${port + 1}`);
  writeDevVars();
  await applyMigrations(args);
  return serve(args, port);
}

function valueAfter(args, flag) {
  const at = args.findLastIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (at < 0) return undefined;
  return args[at] === flag ? args[at + 1] : args[at].slice(flag.length + 1);
}

// wrangler listens on `localhost`, which is either loopback.
async function isTaken(port) {
  return (await refusal(port, "127.0.0.1")) === "EADDRINUSE" || (await refusal(port, "::1")) === "EADDRINUSE";
}

async function refusal(port, host) {
  const server = createServer().listen(port, host);
  const error = await once(server, "listening").then(
    () => undefined,
    (reason) => reason,
  );
  server.close();
  return error?.code;
}

async function applyMigrations(args) {
  if (!existsSync(migrations) || !readdirSync(migrations).some((file) => file.endsWith(".sql"))) return;
  const directory = valueAfter(args, "--persist-to");
  const place = directory === undefined ? [] : ["--persist-to", directory];
  const wrangler = runWrangler(["d1", "migrations", "apply", "DB", "--local", ...place]);
  const lines = [];
  relay(wrangler.stdout, (line) => lines.push(line));
  relay(wrangler.stderr, (line) => lines.push(line));
  const [code] = await once(wrangler, "close");
  if (code !== 0) throw new Failure(`${lines.join("\n")}\nThe migrations could not be applied to the local database.`);
}

async function serve(args, port) {
  const issuer = args.some((arg) => /^(--var=)?ISSUER:/.test(arg)) || isGiven("ISSUER");
  const ours = [...(issuer ? [] : ["--var", `ISSUER:http://localhost:${port}`]), "--port", `${port}`];
  const wrangler = runWrangler(["dev", ...ours, ...withoutPort(args)]);
  let state = "starting";
  relay(wrangler.stdout, (line) => {
    if (!READY.test(line)) return console.log(line);
    state = "ready";
    greet(port);
  });
  relay(wrangler.stderr, (line) => {
    console.error(line);
    if (state !== "starting" || !/Build failed with/.test(line)) return;
    state = "broken"; // wrangler would watch on, but never recovers when its first build failed
    wrangler.kill();
  });
  const [code] = await once(wrangler, "exit");
  return state === "broken" ? 1 : (code ?? 1);
}

// yargs would make a list of two --port.
function withoutPort(args) {
  return args.filter((arg, i) => arg !== "--port" && args[i - 1] !== "--port" && !arg.startsWith("--port="));
}

const runWrangler = (args) => spawnWrangler(args, stop.signal);

function relay(stream, write) {
  const plain = !process.stdout.isTTY;
  createInterface({ input: stream }).on("line", (line) => {
    const text = stripVTControlCharacters(line);
    if (stop.signal.aborted) return; // esbuild, killed in the middle of a build, prints its goroutines
    if (!NOISE.some((pattern) => pattern.test(text))) write(plain ? text : line);
  });
}

function greet(port) {
  const at = `http://localhost:${port}`;
  const person = {
    email: "ada@example.com",
    password: "correct horse battery",
    full_name: "Ada",
    organization_name: "Acme",
  };
  console.log(`Latchkey listens on ${at}\n  docs  ${at}/docs`);
  console.log(`  try   curl ${at}/v1/auth/register -H 'Content-Type: application/json' -d '${JSON.stringify(person)}'`);
  console.log("  stop  Ctrl-C");
}

// npm passes SIGTERM to its `sh`, which dies without passing it on: then our parent is another process.
function stopWithParent() {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop.abort(), 250).unref();
}

if (process.env.npm_lifecycle_event === "start") stopWithParent();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, () => stop.abort());
try {
  const code = await start(process.argv.slice(2).filter((arg) => arg !== "--"));
  process.exitCode = stop.signal.aborted ? 0 : code;
} catch (error) {
  if (!stop.signal.aborted && !(error instanceof Failure)) throw error;
  if (!stop.signal.aborted) console.error(error.message);
  process.exitCode = stop.signal.aborted ? 0 : 1;
}
