import { afterEach, vi } from "vitest";
import { dyzo } from "../../../src/dialects/dyzo/routes.ts";
import { provePhone, sentCode } from "../../phones.ts";
import { accessTokenInfo, standInForGoogle } from "../../standins/google.ts";
import { logIn, register, type World } from "../../world.ts";
import { type Golden, runGoldens } from "../goldens.ts";

const JOHN = {
  email: "user@example.com",
  password: "securepassword123",
  full_name: "John Doe",
  organization_name: "Acme Corp",
};
const PHONE = "+1234567890";

let world: World;
afterEach(() => {
  vi.restoreAllMocks();
});

runGoldens(dyzo, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }), {
  async prepare(fresh) {
    world = fresh;
    await register(world, JOHN);
    await provePhone(world, { token: await logIn(world, JOHN), phone: PHONE });
    const google = standInForGoogle();
    google.accessTokens.set("google_oauth_token_here", accessTokenInfo(world.clock.now(), { email: JOHN.email }));
  },
  fill: { otp: () => sentCode(world, PHONE) },
});
