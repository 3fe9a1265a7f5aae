// The package that others install: the client, built, and nothing of the Worker.
//   node scripts/package.mjs            builds dist/client
//   node scripts/package.mjs prepack    builds, and slims package.json for `npm pack`; postpack puts it back
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { nodeForTools, root } from "./ready.mjs";

const src = join(root, "src", "client");
const dist = join(root, "dist", "client");
const manifest = join(root, "package.json");
const kept = join(root, "dist", "package.json.kept");

async function buildClient() {
  rmSync(dist, { recursive: true, force: true });
  // together they share one verifier; with them the client would share a scrap
  for (const names of [["index"], ["hono", "verify"]]) {
    await build({
      entryPoints: names.map((name) => join(src, `${name}.ts`)),
      ...{ outdir: dist, bundle: true, splitting: true, format: "esm", target: "es2022", logLevel: "warning" },
    });
  }
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  execFileSync(nodeForTools() ?? process.execPath, [tsc, "-p", src], { stdio: "inherit" });
}

/** Everything is bundled: whoever installs the package needs none of the Worker's packages, nor a Node of ours. */
function slim({ name, version, description, license, type, exports, files, sideEffects }) {
  return {
    ...{ name, version, description, license, type, exports, files, sideEffects },
    peerDependencies: { hono: ">=4" },
    peerDependenciesMeta: { hono: { optional: true } },
  };
}

/** Puts package.json back, also after a pack that was broken off. */
function restore() {
  if (existsSync(kept)) renameSync(kept, manifest);
}

restore();
const [step] = process.argv.slice(2);
if (step !== "postpack") await buildClient();
if (step === "prepack") {
  const text = readFileSync(manifest, "utf8");
  writeFileSync(kept, text);
  writeFileSync(manifest, `${JSON.stringify(slim(JSON.parse(text)), null, 2)}\n`);
}
