import { elyssa } from "../../../src/dialects/elyssa/routes.ts";
import { logIn, register, type World } from "../../world.ts";
import { type Golden, runGoldens } from "../goldens.ts";

let company: string;

async function makeCredential(world: World): Promise<void> {
  await register(world);
  const token = await logIn(world);
  const made = await world.ask("/v1/auth/company-credentials", { token, json: { name: "ERP" } });
  company = made.json.company_id;
}

runGoldens(elyssa, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }), {
  prepare: makeCredential,
  fill: { company: () => company },
});
