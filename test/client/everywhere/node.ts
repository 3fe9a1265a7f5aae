import { createInterface } from "node:readline";
import { runCase } from "./suite.ts";

// The suite in a Node of its own: a case is a line, and so is its answer.
createInterface({ input: process.stdin }).on("line", async (line) => {
  process.stdout.write(`${JSON.stringify(await runCase(JSON.parse(line)))}\n`);
});
