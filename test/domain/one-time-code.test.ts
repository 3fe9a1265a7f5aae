import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Call } from "../../src/domain/call.ts";
import { AuthError } from "../../src/domain/error.ts";
import { type CodeSubject, issueCode, spendCode } from "../../src/domain/one-time-code.ts";
import { emptyStorage, startWorld, type World } from "../world.ts";

// On the real KV and Durable Objects: what is promised here is theirs to keep.

const ADA: CodeSubject = { purpose: "login", recipient: "ada@example.com" };
const TTL = 300;

let world: World;
let left: Promise<unknown>[];
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  left = [];
});
afterEach(async () => {
  await Promise.all(left);
});

function call(): Call {
  return {
    id: "req_test",
    clientId: "dyzo",
    address: "203.0.113.7",
    country: null,
    userAgent: null,
    language: "en",
    limits: [],
    headers: {},
    later: (work) => left.push(work),
  };
}

async function issue(subject: CodeSubject = ADA, core = world.core): Promise<string> {
  let sent = "";
  await issueCode(core, {
    call: call(),
    subject,
    send: async (code) => {
      sent = code;
    },
  });
  return sent;
}

/** "spent", or why not. */
async function tryCode(code: string, subject: CodeSubject = ADA, core = world.core): Promise<string> {
  try {
    await spendCode(core, { call: call(), subject, code });
    return "spent";
  } catch (error) {
    return error instanceof AuthError ? error.refusal : "fault";
  }
}

function another(code: string): string {
  return code === "000000" ? "000001" : "000000";
}

it("a code is six digits and good once", async () => {
  const code = await issue();
  expect(code).toMatch(/^\d{6}$/);
  expect(await tryCode(code)).toBe("spent");
  expect(await tryCode(code)).toBe("wrong_code");
});

it("of eight parallel right tries exactly one wins, in whichever isolate", async () => {
  const code = await issue();
  const isolates = [world.core, startWorld().core];
  const tries = Array.from({ length: 8 }, (_, i) => tryCode(code, ADA, isolates[i % 2]));
  expect((await Promise.all(tries)).filter((outcome) => outcome === "spent")).toHaveLength(1);
});

it("of two hundred parallel wrong tries at most five are looked at, and then even the right one is refused", async () => {
  const code = await issue();
  const wrong = Array.from({ length: 200 }, (_, i) => String(i).padStart(6, "0")).filter((guess) => guess !== code);
  const isolates = [startWorld({ RATE_LIMITS: OPEN_IP }).core, startWorld({ RATE_LIMITS: OPEN_IP }).core];
  const outcomes = await Promise.all(wrong.map((guess, i) => tryCode(guess, ADA, isolates[i % 2])));
  expect(outcomes.filter((outcome) => outcome === "wrong_code")).toHaveLength(5);
  expect(await tryCode(code)).toBe("too_many_requests");
});

const OPEN_IP = { "login:ip": "100000/900" };

it("a resend kills the old code and does not reset the budget", async () => {
  const first = await issue();
  for (let i = 0; i < 4; i++) expect(await tryCode(another(first))).toBe("wrong_code");
  const second = await issue();
  expect(await tryCode(first)).toBe("wrong_code");
  expect(await tryCode(second)).toBe("too_many_requests");
});

it("wrong codes count only while there is one to guess: nobody is locked out before they ask", async () => {
  for (let i = 0; i < 10; i++) expect(await tryCode("123456")).toBe("wrong_code");
  expect(await tryCode(await issue())).toBe("spent");
});

it("a code for one recipient or purpose is refused for another", async () => {
  const code = await issue();
  await issue({ purpose: "verify_phone", recipient: ADA.recipient });
  await issue({ purpose: "login", recipient: "bob@example.com" });
  expect(await tryCode(code, { purpose: "verify_phone", recipient: ADA.recipient })).toBe("wrong_code");
  expect(await tryCode(code, { purpose: "login", recipient: "bob@example.com" })).toBe("wrong_code");
  expect(await tryCode(code)).toBe("spent");
});

it("a code is over at its last second", async () => {
  const inTime = await issue();
  world.clock.advance(TTL - 1);
  expect(await tryCode(inTime)).toBe("spent");
  const second = await issue();
  world.clock.advance(TTL);
  expect(await tryCode(second)).toBe("wrong_code");
});

it("five codes in a quarter of an hour, then no more", async () => {
  for (let i = 0; i < 5; i++) await issue();
  await expect(issue()).rejects.toMatchObject({ refusal: "too_many_requests" });
});

it("KV down: refused as unavailable, nothing spent", async () => {
  const code = await issue();
  const down = new Proxy(env.KV, {
    get: () => () => {
      throw new Error("KV GET failed: 500");
    },
  });
  const { core } = startWorld({ KV: down });
  for (let i = 0; i < 10; i++) expect(await tryCode(code, ADA, core)).toBe("unavailable");
  await expect(issue(ADA, core)).rejects.toMatchObject({ refusal: "unavailable" });
  expect(await tryCode(code)).toBe("spent");
});

it("nothing at rest in KV tells the code or the recipient", async () => {
  const code = await issue();
  const { keys } = await env.KV.list();
  const values = await Promise.all(keys.map(({ name }) => env.KV.get(name)));
  const atRest = JSON.stringify([keys, values]);
  expect(keys).toHaveLength(1);
  expect(atRest).not.toContain(code);
  expect(atRest).not.toContain("ada");
});
