import { beforeEach, describe, expect, it } from "vitest";
import type { SessionId } from "../../src/domain/ids.ts";
import type { Revocations } from "../../src/domain/ports.ts";
import type { TestClock } from "../clock.ts";

const ONE = "ses_1" as SessionId;
const TWO = "ses_2" as SessionId;

/** One deployment's revocations: every `isolate()` has a memory of its own, and they share what can be told to be down. */
export interface SharedRevocations {
  readonly clock: TestClock;
  isolate(): Revocations;
  setDown(down: boolean): void;
}

/** What every revocation list promises. */
export function revocationsContract(name: string, make: () => Promise<SharedRevocations>): void {
  let shared: SharedRevocations;
  let here: Revocations;
  let there: Revocations;
  const revoked = (revocations: Revocations, id = ONE) => revocations.recentlyRevoked(id, shared.clock.now());

  describe(`revocations: ${name}`, () => {
    beforeEach(async () => {
      shared = await make();
      here = shared.isolate();
      there = shared.isolate();
    });

    it("a session that nobody ended is not revoked", async () => {
      expect(await revoked(here)).toBe(false);
    });

    it("the isolate that publishes knows at once, even if it had just read otherwise", async () => {
      expect(await revoked(here)).toBe(false);
      await here.publish([ONE]);
      expect(await revoked(here)).toBe(true);
    });

    it("another isolate learns of it, and of those sessions alone", async () => {
      await here.publish([ONE, TWO]);
      expect([await revoked(there, ONE), await revoked(there, TWO)]).toEqual([true, true]);
      expect(await revoked(there, "ses_3" as SessionId)).toBe(false);
    });

    it("another isolate may lag by the 5 seconds of its memory, and not longer", async () => {
      expect(await revoked(there)).toBe(false);
      await here.publish([ONE]);
      shared.clock.advance(4);
      expect(await revoked(there)).toBe(false);
      shared.clock.advance(1);
      expect(await revoked(there)).toBe(true);
    });

    it("what the truth said is believed for 5 seconds, then asked again", async () => {
      here.remember(ONE, true, shared.clock.now());
      expect(await revoked(here)).toBe(true);
      expect(await revoked(there)).toBe(false);
      shared.clock.advance(5);
      expect(await revoked(here)).toBe(false);
    });

    it("publishing nothing is fine", async () => {
      await expect(here.publish([])).resolves.toBeUndefined();
    });

    describe("while it is down", () => {
      it("what isn't in memory is unavailable, never waved through", async () => {
        shared.setDown(true);
        await expect(revoked(here)).rejects.toMatchObject({
          name: "AuthError",
          refusal: "unavailable",
          details: { retryAfterSeconds: 1 },
        });
        shared.setDown(false);
        expect(await revoked(here)).toBe(false);
      });

      it("what was read before is known for its 5 seconds", async () => {
        await revoked(here);
        shared.setDown(true);
        shared.clock.advance(4);
        expect(await revoked(here)).toBe(false);
        shared.clock.advance(1);
        await expect(revoked(here)).rejects.toMatchObject({ refusal: "unavailable" });
      });

      it("publishing does not throw, and the isolate that did it knows", async () => {
        shared.setDown(true);
        await expect(here.publish([ONE, TWO])).resolves.toBeUndefined();
        shared.clock.advance(60);
        expect([await revoked(here, ONE), await revoked(here, TWO)]).toEqual([true, true]);
      });

      it("what could not be published is, as soon as it can be, and until then nothing is lost", async () => {
        shared.setDown(true);
        await here.publish([ONE]);
        await there.republish(shared.clock.now());
        shared.setDown(false);
        await there.republish(shared.clock.now());
        expect(await revoked(there)).toBe(true);
        await expect(there.republish(shared.clock.now())).resolves.toBeUndefined();
      });

      it("the truth can be remembered meanwhile", async () => {
        shared.setDown(true);
        here.remember(ONE, false, shared.clock.now());
        here.remember(TWO, true, shared.clock.now());
        expect([await revoked(here, ONE), await revoked(here, TWO)]).toEqual([false, true]);
      });
    });
  });
}
