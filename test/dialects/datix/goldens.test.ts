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

runGoldens(datix, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }), {
  prepare: async (started) => {
    world = started;
  },
  fill: {
    code_before: codeAt(-1),
    code: codeAt(0),
    code_after: codeAt(1),
    phone_code: () => smsCode(world, "+15557122661"),
  },
});
