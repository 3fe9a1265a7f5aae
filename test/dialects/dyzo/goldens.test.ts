import { dyzo } from "../../../src/dialects/dyzo/routes.ts";
import { register } from "../../world.ts";
import { type Golden, runGoldens } from "../goldens.ts";

const JOHN = {
  email: "user@example.com",
  password: "securepassword123",
  full_name: "John Doe",
  organization_name: "Acme Corp",
};

runGoldens(dyzo, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }), {
  prepare: (world) => register(world, JOHN),
});
