import { beforeEach, describe, expect, it } from "vitest";
import { rotateSigningKeys } from "../../src/domain/key-rotation.ts";
import type { SigningKeyState } from "../../src/domain/signing-key.ts";
import { type MemoryCore, memoryCore } from "../memory/core.ts";

const [DAY, MINUTE] = [86_400, 60];
const PUBLISHED_FIRST = 7 * MINUTE;

let core: MemoryCore;
let first: string;
beforeEach(async () => {
  core = memoryCore({ SIGNING_KEY_ROTATION_DAYS: 30 });
  first = (await core.keyring.current()).kid;
});

const kidOf = (state: SigningKeyState) => core.db.signingKeys.find((key) => key.state === state)?.kid;
const published = async () => (await core.keyring.jwks()).keys.map(({ kid }) => kid);
const told = () => core.db.audit.map(({ action, target }) => [action, target]);
const isolates = (count: number) =>
  Array.from({ length: count }, () => memoryCore({ SIGNING_KEY_ROTATION_DAYS: 30 }, core));

/** Turns the clock and runs the cron trigger once. */
async function runAfter(seconds: number): Promise<void> {
  core.clock.advance(seconds);
  await rotateSigningKeys(core);
}

/** The cron trigger's run that publishes, and the one that promotes. */
async function rotate(): Promise<void> {
  await runAfter(29 * DAY);
  await runAfter(DAY);
}

describe("the next key", () => {
  it("is published a day before the current one's time is over, and not sooner", async () => {
    await runAfter(29 * DAY - 1);
    expect(core.db.signingKeys).toHaveLength(1);
    await runAfter(1);
    const next = kidOf("next");
    expect(next).toBeDefined();
    core.clock.advance(MINUTE);
    expect(new Set(await published())).toEqual(new Set([first, next]));
    expect((await core.keyring.current()).kid).toBe(first);
  });

  it("signs when the current one's time is over, and not sooner", async () => {
    await runAfter(29 * DAY);
    const next = kidOf("next");
    await runAfter(DAY - 1);
    expect(kidOf("current")).toBe(first);
    await runAfter(1);
    expect(kidOf("current")).toBe(next);
    expect(kidOf("retired")).toBe(first);
  });

  it("is published for seven minutes at least, however late the cron trigger is", async () => {
    await runAfter(200 * DAY);
    const next = kidOf("next");
    await runAfter(PUBLISHED_FIRST - 1);
    expect(kidOf("current")).toBe(first);
    await runAfter(1);
    expect(kidOf("current")).toBe(next);
  });

  it("that came in time and waited for weeks signs at the next run", async () => {
    await runAfter(29 * DAY);
    const next = kidOf("next");
    await runAfter(50 * DAY);
    expect(kidOf("current")).toBe(next);
  });

  it("is counted from the day on which its forerunner began to sign", async () => {
    await rotate();
    const second = kidOf("current");
    await runAfter(29 * DAY - 1);
    expect(kidOf("next")).toBeUndefined();
    await runAfter(1);
    await runAfter(DAY);
    expect(kidOf("current")).not.toBe(second);
  });

  it("that no master key opens any more is replaced, logged, and never signs", async () => {
    await runAfter(29 * DAY);
    const shut = kidOf("next");
    const restarted = memoryCore({ MASTER_KEYS: `2:${"b".repeat(42)}A` }, core);
    core.clock.advance(DAY);
    await rotateSigningKeys(restarted);
    expect(kidOf("current")).toBe(first);
    expect(kidOf("next")).toBeUndefined();
    expect(restarted.log.lines[0]).toContain(`"event":"signing_key.shut","kid":"${shut}"`);
    await rotateSigningKeys(restarted);
    core.clock.advance(PUBLISHED_FIRST);
    await rotateSigningKeys(restarted);
    expect(kidOf("current")).not.toBe(first);
    expect((await restarted.keyring.current()).kid).toBe(kidOf("current"));
  });
});

describe("a retired key", () => {
  // the longest token, which is a company's, five minutes in which an isolate without storage may still sign, and a minute
  const LAST_TOKEN = DAY + 300 + 60;

  it("keeps no private half", async () => {
    await rotate();
    expect(core.db.signingKeys.find(({ kid }) => kid === first)?.sealedPrivateJwk).toBe("");
  });

  it.each([
    { user: 3_600, company: DAY },
    { user: 7_200, company: 60 },
  ])(
    "is published until its last token of any kind has expired: $user s a user's, $company s a company's",
    async ({ user, company }) => {
      core = memoryCore({ ACCESS_TOKEN_TTL_SECONDS: user, COMPANY_ACCESS_TOKEN_TTL_SECONDS: company }, core);
      await rotate();
      core.clock.advance(Math.max(user, company) + 300 + 60 - 1);
      expect(await published()).toContain(first);
      core.clock.advance(MINUTE);
      expect(await published()).toEqual([kidOf("current")]);
    },
  );

  it("is kept for as long as an expired token of it may renew a session, and then removed", async () => {
    await rotate();
    await runAfter(LAST_TOKEN + 30 * DAY - 1);
    expect(core.db.signingKeys.map(({ kid }) => kid)).toContain(first);
    await runAfter(1);
    expect(core.db.signingKeys.map(({ kid }) => kid)).not.toContain(first);
    core.clock.advance(MINUTE);
    expect(await core.keyring.verifying(first)).toBeNull();
  });
});

describe("whoever else runs at the same time", () => {
  it("of 20 runs one publishes, one promotes and one removes", async () => {
    const runs = async () => Promise.all(isolates(20).map(rotateSigningKeys));
    core.clock.advance(29 * DAY);
    await runs();
    expect(core.db.signingKeys).toHaveLength(2);
    const next = kidOf("next");
    core.clock.advance(DAY);
    await runs();
    expect(kidOf("current")).toBe(next);
    core.clock.advance(32 * DAY);
    await runs();
    expect(told()).toEqual([
      ["signing_key.created", first],
      ["signing_key.created", next],
      ["signing_key.promoted", next],
      ["signing_key.created", kidOf("next")],
      ["signing_key.removed", first],
    ]);
  });

  it("each change is told to the audit log, as nobody's", async () => {
    await rotate();
    expect(core.db.audit.at(-1)).toEqual({
      ...{ action: "signing_key.promoted", at: core.clock.now(), result: "success", target: kidOf("current") },
      ...{ actor: null, organization: null, address: null, country: null, userAgent: null, requestId: "latchkey" },
    });
  });

  it("the run that made a change logs it, by the key's name", async () => {
    core.clock.advance(29 * DAY);
    const running = isolates(20);
    await Promise.all(running.map(rotateSigningKeys));
    const lines = running.flatMap(({ log }) => log.lines);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "info", event: "signing_key.created", kid: kidOf("next") },
    ]);
  });
});

it("where no key was made yet there is nothing to rotate: the first use makes it", async () => {
  const empty = memoryCore();
  await rotateSigningKeys(empty);
  expect(empty.db.signingKeys).toEqual([]);
});

it("storage down: nothing is changed, and the next run goes on", async () => {
  core.failing.add("signingKeys");
  core.clock.advance(30 * DAY);
  await expect(rotateSigningKeys(core)).rejects.toMatchObject({ refusal: "unavailable" });
  core.failing.clear();
  await rotateSigningKeys(core);
  expect(kidOf("next")).toBeDefined();
});
