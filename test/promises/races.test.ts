import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { tapped } from "../bindings.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

beforeEach(emptyStorage);

const NEW = "a new and longer password";

/** A place where a request is held up: `reached` when it is there, `open` lets it go on. */
function gate() {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    async pass() {
      reached.resolve();
      await opened.promise;
    },
  };
}

/** An isolate in which the first call that `matches` is held up: before it is made, or with its result in hand. */
function heldWorld(when: "before" | "after", matches: (what: string) => boolean, at: { pass(): Promise<void> }): World {
  let held = false;
  return startWorld(
    tapped(({ what }) => {
      if (held || !matches(what)) return;
      held = true;
      return when === "before" ? at.pass().then(() => undefined) : () => at.pass();
    }),
  );
}

const storesSession = (what: string) => what.includes('insert into "sessions"');

describe("a login that is under way while the password changes", () => {
  it("opens no session with the old password, which would outlive the end of all others", async () => {
    const world = startWorld();
    await register(world);
    const token = await logIn(world);
    const storing = gate();
    const slow = heldWorld("before", storesSession, storing);

    const login = slow.ask("/v1/auth/login", { json: { email: ADA.email, password: ADA.password } });
    await storing.reached;
    const json = { current_password: ADA.password, new_password: NEW };
    expect((await world.ask("/v1/auth/change-password", { token, json })).status).toBe(200);
    storing.open();

    const answer = await login;
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ code: "wrong_credentials", detail: "Invalid credentials" });
    expect((await world.ask("/v1/auth/sessions", { token })).json.sessions).toHaveLength(1);
    const opened = "SELECT count(*) AS lines FROM audit_log WHERE action = 'session.opened'";
    expect(await env.DB.prepare(opened).first("lines")).toBe(1);
  });

  it("is not refused when the hash was merely renewed meanwhile", async () => {
    await register(startWorld());
    const storing = gate();
    const slow = heldWorld("before", storesSession, storing);
    const login = slow.ask("/v1/auth/login", { json: { email: ADA.email, password: ADA.password } });
    await storing.reached;
    expect(await logIn(startWorld({ PASSWORD_HASH_ROUNDS: 2 }))).toMatch(/^ey/); // stores a costlier hash
    storing.open();
    expect((await login).status).toBe(200);
  });
});

describe("a verification that is under way while its session ends", () => {
  /** Verifies until the answer that says "not ended" is in hand, ends the session, and only then goes on. */
  async function overtaken(world: World, inHand: ReturnType<typeof gate>): Promise<number> {
    await register(world);
    const token = await logIn(world);
    const verification = world.ask("/v1/auth/verify", { token });
    await inHand.reached;
    expect((await world.ask("/v1/auth/logout", { method: "POST", token })).status).toBe(200);
    inHand.open();
    await verification;
    return (await world.ask("/v1/auth/verify", { token })).status;
  }

  it("isn't remembered: the isolate that ended the session refuses at once", async () => {
    const reading = gate();
    expect(
      await overtaken(
        heldWorld("after", (what) => what === "get", reading),
        reading,
      ),
    ).toBe(401);
  });

  it("isn't remembered either when KV is down and D1 was asked", async () => {
    const reading = gate();
    let asked = 0;
    const world = startWorld(
      tapped(({ binding, what }) => {
        if (binding === "KV") throw new Error("KV GET failed: 503");
        const isStanding = what.startsWith("select") && what.includes('from "sessions"');
        return isStanding && asked++ === 0 ? () => reading.pass() : undefined;
      }),
    );
    expect(await overtaken(world, reading)).toBe(401);
  });
});
