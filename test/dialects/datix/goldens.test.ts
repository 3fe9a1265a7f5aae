import { env } from "cloudflare:workers";
import { datix } from "../../../src/dialects/datix/routes.ts";
import { TestClock } from "../../clock.ts";
import { smsCode } from "../../mail.ts";
import { Authenticator } from "../../two-factor.ts";
import type { World } from "../../world.ts";
import { type Golden, type Json, runGoldens } from "../goldens.ts";

/** The authenticator's code a number of steps from now: each step is spent once, and those beside this one are good too. */
function codeAt(skew: number) {
  return (earlier: readonly Json[]) => {
    const secret = earlier.map((answer) => Reflect.get(Object(answer), "secret")).find((value) => value !== undefined);
    return new Authenticator({ clock: new TestClock() }, secret).code(skew);
  };
}

let world: World;

const COLLEAGUE = "user_colleague";
/** Another member of the one organization that there is. */
async function colleague(): Promise<string> {
  const user = "INSERT OR IGNORE INTO users (public_id, email, full_name, created_at) VALUES (?, ?, ?, 1767225600)";
  const member = `INSERT OR IGNORE INTO members (organization_id, user_id, role, created_at)
    SELECT o.id, u.id, 'member', 1767225600 FROM organizations o, users u WHERE u.public_id = ?`;
  await env.DB.batch([
    env.DB.prepare(user).bind(COLLEAGUE, "colleague@example.com", "Jane Roe"),
    env.DB.prepare(member).bind(COLLEAGUE),
  ]);
  return COLLEAGUE;
}

runGoldens(datix, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }), {
  prepare: async (started) => {
    world = started;
  },
  fill: {
    code_before: codeAt(-1),
    code: codeAt(0),
    code_after: codeAt(1),
    phone_code: () => smsCode(world, "+15557122661"),
    colleague,
  },
});
