import { beforeEach, describe, expect, it } from "vitest";
import type { SealedHash, SessionId, UserId } from "../../src/domain/ids.ts";
import type { Sessions } from "../../src/domain/ports.ts";
import {
  audit,
  auditedBy,
  BARE,
  type MakeStorage,
  message,
  NOW,
  opened,
  type Registered,
  registered,
  type Storage,
} from "./storage.ts";

const ONE = "ses_1" as SessionId;
const TWO = "ses_2" as SessionId;
/** In no organization, and under the credentials of the registration. */
const UNPLACED = { organization: null, version: 0 };

/** What every store of sessions promises. */
export function sessionsContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let sessions: Sessions;
  let ada: Registered;
  const ENDED = audit("session.ended");
  const end = (id: SessionId, userId: UserId, now = NOW) => sessions.end({ id, userId, now }, ENDED);
  const liveIds = async (userId: UserId, now = NOW) => (await sessions.ofUser(userId, now)).map(({ id }) => id);

  describe(`sessions: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
      sessions = storage.sessions;
      ada = await registered(storage);
    });

    opening();
    rotating();
    listing();
    ending();
    endingOthers();
  });

  function opening(): void {
    it("an open session stands, with every field of its own, its user and the membership", async () => {
      const session = await opened(storage, ada, { id: ONE });
      const { user, membership } = ada;
      expect(await sessions.standing(ONE, NOW)).toEqual({ session, user, membership, hasSecondFactor: false });
    });

    it("a session that knows little of its client stands too", async () => {
      const session = await opened(storage, ada, { id: ONE, amr: [], address: null, country: null, userAgent: null });
      expect((await sessions.standing(ONE, NOW))?.session).toEqual(session);
    });

    it("opening is one audit row with all its fields", async () => {
      const session = await opened(storage, ada, { id: ONE });
      for (const entry of [audit("session.opened"), audit("session.opened", BARE)]) {
        const next = { ...session, id: `ses_${entry.actor}` as SessionId };
        expect(await auditedBy(storage, () => sessions.open(next, UNPLACED, entry))).toEqual([entry]);
      }
    });

    it("opens under the user's credentials of now alone: after a change nothing is stored", async () => {
      const session = await opened(storage, ada, { id: ONE });
      const next = { ...session, id: TWO };
      const to = "2.a-new-hash" as SealedHash;
      await storage.users.changePassword(
        { id: ada.user.id, from: ada.passwordHash, to, keep: ONE, now: NOW },
        audit("user.password_changed"),
        message(),
      );
      const entry = audit("session.opened");
      const open = (version: number) => sessions.open(next, { organization: null, version }, entry);
      expect(await auditedBy(storage, async () => expect(await open(ada.version)).toBe(false))).toEqual([]);
      expect(await sessions.standing(TWO, NOW)).toBeNull();
      expect(await open(ada.version + 1)).toBe(true);
      expect(await sessions.standing(TWO, NOW)).not.toBeNull();
    });

    it("a session without an organization has no membership", async () => {
      const session = await opened(storage, ada, { id: ONE });
      await sessions.open({ ...session, id: TWO }, UNPLACED, audit("session.opened"));
      expect(await sessions.standing(TWO, NOW)).toMatchObject({ user: ada.user, membership: null });
    });

    it("a session in an organization of others isn't opened", async () => {
      const { membership } = await registered(storage, "bob");
      await opened(storage, { ...ada, membership }, { id: ONE });
      expect(await sessions.standing(ONE, NOW)).toBeNull();
    });

    it("a session stands until the second before its end, and not in its last", async () => {
      const { expiresAt } = await opened(storage, ada, { id: ONE });
      expect(await sessions.standing(ONE, expiresAt - 1)).not.toBeNull();
      expect(await sessions.standing(ONE, expiresAt)).toBeNull();
    });

    it("an ended session and an unknown one don't stand", async () => {
      await opened(storage, ada, { id: ONE });
      await end(ONE, ada.user.id);
      expect(await sessions.standing(ONE, NOW)).toBeNull();
      expect(await sessions.standing("ses_unknown" as SessionId, NOW)).toBeNull();
      expect(await sessions.standing("" as SessionId, NOW)).toBeNull();
    });
  }

  function rotating(): void {
    const LATER = NOW + 60;
    const rotate = (counter: number, { id = ONE, now = LATER } = {}) => sessions.rotate({ id, counter, now });

    it("the newest counter is counted on, once, and the answer says how the session stands", async () => {
      const session = await opened(storage, ada, { id: ONE });
      const standing = { session, user: ada.user, membership: ada.membership, hasSecondFactor: false };
      expect(await rotate(0)).toEqual({ counter: 1, rotatedAt: LATER, standing });
      expect(await rotate(1, { now: LATER + 5 })).toEqual({ counter: 2, rotatedAt: LATER + 5, standing });
      expect(await sessions.refreshState(ONE, LATER + 9)).toEqual({ counter: 2, rotatedAt: LATER + 5, standing });
      expect(await sessions.refreshState(TWO, LATER)).toBeNull();
      expect(await sessions.standing(ONE, LATER)).toEqual(standing);
    });

    it("any other counter changes nothing, and is told the newest and when it came", async () => {
      await opened(storage, ada, { id: ONE });
      expect(await rotate(7)).toMatchObject({ counter: 0, rotatedAt: 0 });
      await rotate(0);
      await rotate(1);
      for (const counter of [0, 1, 3, -1]) {
        expect(await rotate(counter, { now: LATER + 5 })).toMatchObject({ counter: 2, rotatedAt: LATER });
      }
    });

    it("of 8 parallel rotations of one counter exactly one counts, and all are told the same", async () => {
      await opened(storage, ada, { id: ONE });
      const states = await Promise.all(Array.from({ length: 8 }, (_, n) => rotate(0, { now: LATER + n })));
      expect(new Set(states.map((state) => `${state?.counter} at ${state?.rotatedAt}`)).size).toBe(1);
      expect(states[0]?.counter).toBe(1);
    });

    it("a session that is ended, over or unknown is not rotated", async () => {
      await opened(storage, ada, { id: ONE });
      await opened(storage, ada, { id: TWO, expiresAt: LATER });
      await end(ONE, ada.user.id);
      expect(await rotate(0)).toBeNull();
      expect(await rotate(0, { id: TWO })).toBeNull();
      expect(await rotate(0, { id: "ses_unknown" as SessionId })).toBeNull();
      expect(await rotate(0, { id: TWO, now: LATER - 1 })).toMatchObject({ counter: 1 });
    });

    it("the other sessions keep their counters, and nothing is written to the log", async () => {
      for (const id of [ONE, TWO]) await opened(storage, ada, { id });
      expect(await auditedBy(storage, () => rotate(0))).toEqual([]);
      expect(await rotate(0, { id: TWO, now: LATER + 5 })).toMatchObject({ counter: 1, rotatedAt: LATER + 5 });
    });

    it("a session without an organization rotates too", async () => {
      const session = await opened(storage, ada, { id: ONE });
      await sessions.open({ ...session, id: TWO }, UNPLACED, audit("session.opened"));
      expect(await rotate(0, { id: TWO })).toMatchObject({ standing: { user: ada.user, membership: null } });
    });
  }

  function listing(): void {
    it("the user's live sessions are listed, newest first, and no others", async () => {
      const bob = await registered(storage, "bob");
      await opened(storage, bob, { id: "ses_bob" });
      for (const [id, age] of Object.entries({ ses_old: 30, ses_new: 10, ses_older: 40, ses_middle: 20 })) {
        await opened(storage, ada, { id, createdAt: NOW - age });
      }
      await opened(storage, ada, { id: "ses_over", expiresAt: NOW });
      await opened(storage, ada, { id: "ses_ended" });
      await end("ses_ended" as SessionId, ada.user.id);
      expect(await liveIds(ada.user.id)).toEqual(["ses_new", "ses_middle", "ses_old", "ses_older"]);
    });

    it("a listed session has every field", async () => {
      const session = await opened(storage, ada, { id: ONE });
      expect(await sessions.ofUser(ada.user.id, NOW)).toEqual([session]);
    });

    it("at most the 100 newest are listed", async () => {
      for (let n = 0; n < 101; n++) await opened(storage, ada, { id: `ses_${n}`, createdAt: NOW + n });
      const ids = await liveIds(ada.user.id);
      expect([ids.length, ids[0], ids.at(-1)]).toEqual([100, "ses_100", "ses_1"]);
    });

    it("who has no session has an empty list", async () => {
      expect(await sessions.ofUser(ada.user.id, NOW)).toEqual([]);
    });
  }

  function ending(): void {
    it("ending a session is true and one audit row with all its fields; the others stand", async () => {
      await opened(storage, ada, { id: ONE });
      await opened(storage, ada, { id: TWO });
      const written = await auditedBy(storage, async () => expect(await end(ONE, ada.user.id)).toBe(true));
      expect(written).toEqual([ENDED]);
      expect(await liveIds(ada.user.id)).toEqual([TWO]);
    });

    it("another user's session is not ended, and nothing is written", async () => {
      const bob = await registered(storage, "bob");
      await opened(storage, bob, { id: ONE });
      const written = await auditedBy(storage, async () => expect(await end(ONE, ada.user.id)).toBe(false));
      expect(written).toEqual([]);
      expect(await liveIds(bob.user.id)).toEqual([ONE]);
    });

    it("one that is ended, over or unknown is false, and nothing is written", async () => {
      await opened(storage, ada, { id: ONE });
      await opened(storage, ada, { id: TWO, expiresAt: NOW });
      await end(ONE, ada.user.id);
      const written = await auditedBy(storage, async () => {
        for (const id of [ONE, TWO, "ses_unknown" as SessionId]) expect(await end(id, ada.user.id)).toBe(false);
      });
      expect(written).toEqual([]);
    });

    it("of 8 parallel ends of one session exactly one is true, with one audit row", async () => {
      await opened(storage, ada, { id: ONE });
      const written = await auditedBy(storage, async () => {
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => end(ONE, ada.user.id)));
        expect(outcomes.filter((ended) => ended)).toHaveLength(1);
      });
      expect(written).toEqual([ENDED]);
    });
  }

  function endingOthers(): void {
    const OTHERS = audit("session.others_ended", BARE);
    const endOthers = (keep: SessionId) => sessions.endOthers({ keep, userId: ada.user.id, now: NOW }, OTHERS);

    it("all but one end; the ids are of those that were live, and it is one audit row", async () => {
      for (const id of [ONE, TWO, "ses_3", "ses_ended"]) await opened(storage, ada, { id });
      await opened(storage, ada, { id: "ses_over", expiresAt: NOW });
      await end("ses_ended" as SessionId, ada.user.id);
      const written = await auditedBy(storage, async () => {
        expect((await endOthers(ONE)).sort()).toEqual([TWO, "ses_3"]);
      });
      expect(written).toEqual([OTHERS]);
      expect(await liveIds(ada.user.id)).toEqual([ONE]);
    });

    it("without others nothing ends and nothing is written", async () => {
      await opened(storage, ada, { id: ONE });
      const written = await auditedBy(storage, async () => expect(await endOthers(ONE)).toEqual([]));
      expect(written).toEqual([]);
      expect(await liveIds(ada.user.id)).toEqual([ONE]);
    });

    it("another user's sessions go on", async () => {
      const bob = await registered(storage, "bob");
      await opened(storage, bob, { id: TWO });
      expect(await endOthers(ONE)).toEqual([]);
      expect(await liveIds(bob.user.id)).toEqual([TWO]);
    });
  }
}
