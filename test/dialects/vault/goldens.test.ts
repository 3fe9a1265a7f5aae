import { vault } from "../../../src/dialects/vault/routes.ts";
import { resetToken, verificationToken } from "../../mail.ts";
import type { World } from "../../world.ts";
import { type Golden, runGoldens } from "../goldens.ts";

const EMAIL = "user@example.com";

let world: World;

runGoldens(vault, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }), {
  prepare: async (started) => {
    world = started;
  },
  // what only the mail holds
  fill: {
    verification_token: () => verificationToken(world, EMAIL),
    reset_token: () => resetToken(world, EMAIL),
  },
});
