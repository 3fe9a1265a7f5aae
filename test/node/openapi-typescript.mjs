// openapi-typescript writes with the compiler of TypeScript 5, which TypeScript 7 doesn't have any more.
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) => next(specifier === "typescript" ? "typescript-5" : specifier, context),
});
await import("../../node_modules/openapi-typescript/bin/cli.js");
