import { datix } from "../../../src/dialects/datix/routes.ts";
import { type Golden, runGoldens } from "../goldens.ts";

runGoldens(datix, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }));
