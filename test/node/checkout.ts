import { cpSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const NOT_COPIED = [".dev.vars", ".git", ".wrangler", "coverage", "dist", "node_modules"];

/** For what writes into the checkout (.dev.vars, .wrangler, dist): those of the checkout belong to whoever works in it. */
export function copyOfCheckout(prefix: string): string {
  const copy = mkdtempSync(join(tmpdir(), prefix));
  for (const name of readdirSync(ROOT).filter((entry) => !NOT_COPIED.includes(entry)))
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}
