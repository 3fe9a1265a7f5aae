import { beforeEach, describe, expect, it } from "vitest";
import type { SealedHash } from "../../src/domain/ids.ts";
import type { Departure } from "../../src/domain/ports/departures.ts";
import {
  audit,
  auditedBy,
  HASH,
  type MakeStorage,
  message,
  NOW,
  opened,
  type Registered,
  registered,
  type Storage,
} from "./storage.ts";

const ENTRY = audit("user.deleted");

/** What every store promises of an account that is deleted. */
export function departuresContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let ada: Registered;

  describe(`departures: ${name}`, () => {
    beforeEach(async () => {
      storage = await make();
      ada = await registered(storage);
    });

    const depart = (changes: Partial<Departure> = {}, farewell = message()) =>
      storage.departures.depart(
        {
          ...{ user: ada.user.id, passwordHash: HASH, recipients: [ada.user.email], proven: [ada.user.email] },
          ...{ now: NOW + 5, ...changes },
        },
        ENTRY,
        farewell,
      );

    it("ends the live sessions, and leaves no address, no name and no way in", async () => {
      await opened(storage, ada, { id: "ses_1" });
      const { id } = await opened(storage, ada, { id: "ses_2" });
      expect(await auditedBy(storage, async () => expect(await depart()).toEqual(["ses_1", "ses_2"]))).toEqual([ENTRY]);
      expect(await storage.sessions.standing(id, NOW + 6)).toBeNull();
      expect(await storage.users.credentialByEmail(ada.user.email)).toBeNull();
      expect(await storage.users.credentialById(ada.user.id)).toMatchObject({
        user: {
          publicId: ada.user.publicId,
          email: ada.user.publicId,
          fullName: "",
          emailVerifiedAt: null,
          phone: null,
        },
        membership: null,
        passwordHash: null,
        hasSecondFactor: false,
      });
    });

    it("frees the address for whoever registers it next", async () => {
      await depart();
      expect(await storage.users.isEmailTaken(ada.user.email, NOW + 6)).toBe(false);
    });

    it("erases the messages that went to them, and writes the last one", async () => {
      const earlier = message();
      await storage.writeMessage(earlier);
      const farewell = message({ subject: "Farewell" });
      await depart({}, farewell);
      expect(await storage.messageState(earlier.id)).toBeNull();
      expect(await storage.messageState(farewell.id)).toEqual({ state: "waiting", erased: false });
    });

    it("leaves what waits for an address or number that they had merely claimed", async () => {
      const anothers = message();
      await storage.writeMessage(anothers);
      await depart({ recipients: [anothers.to], proven: [] });
      expect(await storage.messageState(anothers.id)).toEqual({ state: "waiting", erased: false });
    });

    it("changes nothing when the password is another by now, or there is one", async () => {
      for (const passwordHash of ["2.another" as SealedHash, null]) {
        expect(await auditedBy(storage, async () => expect(await depart({ passwordHash })).toBe("changed"))).toEqual(
          [],
        );
      }
      expect(await storage.users.credentialByEmail(ada.user.email)).toEqual(ada);
    });

    it("happens once, however often it is asked for at once, and to nobody else", async () => {
      const bob = await registered(storage, "bob");
      const answers = await Promise.all(Array.from({ length: 8 }, () => depart()));
      expect(answers.filter((answer) => answer === "changed")).toHaveLength(7);
      expect(await storage.users.credentialById(bob.user.id)).toEqual(bob);
    });
  });
}
