import { beforeAll, describe, expect, it } from "vitest";
import { DIALECTS } from "../../src/http/app.ts";
import { emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

let world: World;
let token: string;

// Nothing here gets as far as a story, so that one account serves them all.
beforeAll(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
});

/** What no text is written as. */
const UNDECODABLE = {
  "a byte that is no UTF-8": "%ff@example.com",
  "half a character": "a%e2%82",
  "half a character, then a whole one": "%e2%82%c3%a9",
  "a surrogate": "%ed%a0%bd",
  "an overlong NUL": "%c0%80",
  "no digits": "%zz",
  "a bare percent sign": "100%",
};

const PARAMETER = /:(\w+)/g;

const rows = DIALECTS.flatMap((dialect) =>
  dialect.rows
    .filter(({ path }) => path.includes(":"))
    .map((row) => [`${dialect.name}: ${row.method} ${row.path}`, row] as const),
);

describe.each(rows)("%s", (_, { method, path }) => {
  it.each(Object.entries(UNDECODABLE))("%s in the path is 400, and the answer names the parameter", async (_, text) => {
    for (const [parameter, name] of path.matchAll(PARAMETER)) {
      const asked = path.replace(parameter, text).replaceAll(PARAMETER, "1");
      const answer = await world.ask(asked, { method, token });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(`${name} must be UTF-8, percent-encoded`);
    }
  });
});

it("a percent sign and a slash that are encoded are the parameter's own", async () => {
  const ask = async (address: string) => (await world.ask(`/api/exist-email/${address}`)).json;
  const odd = "50%25+a/b@example.com";
  await register(world, { email: odd });
  expect(await ask(encodeURIComponent(odd))).toBe(true);
  expect(await ask("50%25+a%2Fb@example.com")).toBe(false);
});
