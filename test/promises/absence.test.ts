import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DIALECTS } from "../../src/http/app.ts";
import { counted } from "../bindings.ts";
import { ADA, type Answered, emptyStorage, register, startWorld } from "../world.ts";
import { type Credentials, fixtureOf } from "./fixtures.ts";

beforeEach(emptyStorage);
afterEach(() => void vi.restoreAllMocks());

/** Everything of an answer but what is its own. */
function comparable({ status, headers, text }: Answered) {
  const requestId = headers.get("X-Request-Id") ?? "none";
  const rest = [...headers].filter(([name]) => name !== "x-request-id");
  return { status, headers: rest, text: text.replace(requestId, "") };
}

const speaking = DIALECTS.flatMap((dialect) => {
  const { logIn } = fixtureOf(dialect);
  return logIn === null ? [] : [[dialect.name, logIn] as const];
});

describe.each(speaking)("%s: an unknown address and a wrong password", (_, logIn) => {
  /** One login in a world of its own, in which Ada has an account: its answer and all that it cost. */
  async function tried(credentials: Credentials) {
    await emptyStorage();
    const { bindings, operations } = counted();
    const world = startWorld({ ...bindings, PASSWORD_HASH_ROUNDS: 3 });
    await register(world);
    operations.length = 0;
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    const answer = await world.ask(logIn.path, { json: logIn.body(credentials) });
    const derived = derive.mock.calls.map(([algorithm, , bits]) => {
      const { salt, ...cost } = algorithm as { salt: ArrayBufferView; iterations: number };
      return { ...cost, saltBytes: salt.byteLength, bits };
    });
    derive.mockRestore();
    const written = await env.DB.prepare("SELECT action, result FROM audit_log").all();
    return { answer: comparable(answer), derived, operations, written: written.results };
  }

  it("get one answer, with the same headers, for the same hashing and the same calls of every binding", async () => {
    const wrong = await tried({ email: ADA.email, password: "a wrong password" });
    const unknown = await tried({ email: "bob@example.com", password: "a wrong password" });
    expect(unknown).toEqual(wrong);

    // and the comparison is of something
    expect(wrong.answer.status).toBe(401);
    expect(wrong.derived).toHaveLength(3);
    expect(wrong.operations).toHaveLength(4);
    const count = (prefix: string) => wrong.operations.filter((each) => each.startsWith(prefix)).length;
    expect([count("LIMITER reserve"), count("DB select"), count('DB insert into "audit_log"')]).toEqual([2, 1, 1]);
  });

  it("cost the same when the password is too long to be anybody's", async () => {
    const password = "x".repeat(5_000);
    const wrong = await tried({ email: ADA.email, password });
    expect(await tried({ email: "bob@example.com", password })).toEqual(wrong);
    expect(wrong.derived).toHaveLength(3);
  });

  it("cost the same when the account's hash is of cheaper times", async () => {
    await register(startWorld());
    const world = startWorld({ PASSWORD_HASH_ROUNDS: 5 });
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    for (const email of [ADA.email, "bob@example.com"]) {
      derive.mockClear();
      await world.ask(logIn.path, { json: logIn.body({ email, password: "a wrong password" }) });
      expect(derive).toHaveBeenCalledTimes(5);
    }
  });

  it("cost the same when the account has no password", async () => {
    const unknown = await tried({ email: "bob@example.com", password: "a wrong password" });
    const world = startWorld({ PASSWORD_HASH_ROUNDS: 3 });
    await world.bindings.DB.prepare("UPDATE users SET password_hash = NULL").run();
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    const answer = await world.ask(logIn.path, {
      json: logIn.body(ADA),
      headers: { "CF-Connecting-IP": "198.51.100.1" },
    });
    expect(answer.text.replace(answer.headers.get("X-Request-Id") ?? "", "")).toBe(unknown.answer.text);
    expect(derive).toHaveBeenCalledTimes(3);
  });

  it("the right one answers something else", async () => {
    const right = await tried(ADA);
    expect(right.answer.status).toBe(200);
    expect(logIn.tokenOf(JSON.parse(right.answer.text))).toMatch(/^ey/);
  });
});
