import { expect, it } from "vitest";
import { type Tokens, webStore } from "../../src/client/tokens.ts";

const payload = btoa(JSON.stringify({ sub: "user_1", iat: 1, exp: 2 }));
const TOKENS: Tokens = {
  dialect: "datix",
  access: `header.${payload}.signature`,
  refresh: null,
  team: null,
  expiresAt: 9,
};

function storageWith(text: string | null) {
  const kept = new Map(text === null ? [] : [["latchkey", text]]);
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

it("a browser's storage gives back the tokens that it was given, until they are forgotten", async () => {
  const store = webStore(storageWith(null));
  await store.write(TOKENS);
  expect(await store.read()).toEqual(TOKENS);
  await store.write(null);
  expect(await store.read()).toBeNull();
});

it.each([
  "",
  "{broken",
  "null",
  "5",
  '"text"',
  "[]",
  '{"of":"another program"}',
  JSON.stringify({ ...TOKENS, dialect: "toString" }),
  JSON.stringify({ ...TOKENS, access: "no token" }),
  JSON.stringify({ ...TOKENS, expiresAt: "soon" }),
])("what others wrote under our name is no session: %s", async (text) => {
  expect(await webStore(storageWith(text)).read()).toBeNull();
});
