// `npm run example worker`: one of examples/ on this machine, and the Latchkey that it needs.
// --port is Latchkey's (8787), --own-port the example's (8788); --persist-to goes to Latchkey.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { root } from "./ready.mjs";
import { Failure, spawnWrangler } from "./wrangler.mjs";

const examples = join(root, "examples");
const stop = new AbortController();

/** name -> starts it; ends when it listens */
const EXAMPLES = { worker: runWorker, api: runWorker, browser: servePage };

async function run() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string", default: "8787" },
      "own-port": { type: "string", default: "8788" },
      "persist-to": { type: "string" },
    },
  });
  const [name] = positionals;
  const start = Object.hasOwn(EXAMPLES, name ?? "") ? EXAMPLES[name] : undefined;
  if (start === undefined) throw new Failure(`npm run example ${Object.keys(EXAMPLES).join("|")}`);
  const at = { name, own: `http://localhost:${values["own-port"]}`, latchkey: `http://localhost:${values.port}` };
  await startLatchkey(at, values);
  await start(at, values["own-port"]);
  console.log(`The example ${name} listens on ${at.own}`);
}

async function startLatchkey({ own }, { port, "persist-to": place }) {
  const args = [
    "--port",
    port,
    "--var",
    `CORS_ORIGINS:${own}`,
    ...(place === undefined ? [] : ["--persist-to", place]),
  ];
  const latchkey = spawn(process.execPath, [join(root, "scripts", "start.mjs"), "--", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    signal: stop.signal,
    killSignal: "SIGTERM",
  });
  await listening(latchkey, /Latchkey listens/, console.log);
}

async function runWorker({ name, latchkey }, port) {
  const config = join(examples, name, "wrangler.toml");
  const issuer = name === "api" ? ["--var", `ISSUER:${latchkey}`] : [];
  await listening(spawnWrangler(["dev", "-c", config, "--port", port, ...issuer], stop.signal), /Ready on/);
}

async function servePage({ latchkey }, port) {
  const { outputFiles } = await build({
    entryPoints: [join(examples, "browser", "page.ts")],
    ...{ bundle: true, format: "esm", write: false, define: { LATCHKEY: JSON.stringify(latchkey) } },
  });
  const files = {
    "/": ["text/html; charset=utf-8", readFileSync(join(examples, "browser", "index.html"))],
    "/page.js": ["text/javascript", outputFiles[0].contents],
  };
  const server = createServer(({ url }, answer) => {
    const [type, body] = files[url] ?? ["text/plain", "Not found"];
    answer.writeHead(url in files ? 200 : 404, { "Content-Type": type }).end(body);
  });
  stop.signal.addEventListener("abort", () => server.close());
  await once(server.listen(Number(port), "localhost"), "listening");
}

/** Until it has said so; it ending takes everything else with it. */
async function listening(child, ready, tell = () => {}) {
  child.on("error", (error) => error.name !== "AbortError" && console.error(error.message));
  child.on("exit", (code) => {
    if (!stop.signal.aborted) process.exitCode = code || 1;
    stop.abort();
  });
  child.stderr?.on("data", (text) => stop.signal.aborted || process.stderr.write(text));
  await new Promise((resolve) => {
    stop.signal.addEventListener("abort", resolve);
    createInterface({ input: child.stdout }).on("line", (line) => {
      tell(line);
      if (ready.test(line)) resolve();
    });
  });
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, () => stop.abort());
try {
  await run();
} catch (error) {
  stop.abort();
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
