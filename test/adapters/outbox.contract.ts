import { beforeEach, describe, expect, it } from "vitest";
import type { OutboxMessage } from "../../src/domain/outbox.ts";
import type { Outbox } from "../../src/domain/ports/outbox.ts";
import { type MakeStorage, message, NOW, type Storage } from "./storage.ts";

/** What every outbox promises. */
export function outboxContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  let outbox: Outbox;
  beforeEach(async () => {
    storage = await make();
    ({ outbox } = storage);
  });

  async function written(changes: Partial<OutboxMessage> = {}): Promise<OutboxMessage> {
    const one = message(changes);
    await storage.writeMessage(one);
    return one;
  }
  const claim = (id: string, now = NOW) => outbox.claim({ id, now, leaseSeconds: 60 });

  describe(`outbox: ${name}`, () => {
    describe("a claim", claims);
    describe("a settlement", settlements);
    describe("what can be read", reading);
  });

  function claims(): void {
    it("is the message as it was written, and which try it is", async () => {
      const sms = await written({ channel: "sms", to: "+15557122661", subject: null, html: null });
      const mail = await written({ text: `línea\n\nhttps://example.com/?a=1&b='"\n` });
      expect(await claim(sms.id)).toEqual({ ...sms, attempt: 1 });
      expect(await claim(mail.id)).toEqual({ ...mail, attempt: 1 });
      expect(await claim("msg_unknown")).toBeNull();
    });

    it("is given to one of many", async () => {
      const { id } = await written();
      const given = await Promise.all(Array.from({ length: 20 }, () => claim(id)));
      expect(given.filter((claimed) => claimed !== null)).toHaveLength(1);
    });

    it("ends with its lease", async () => {
      const { id } = await written();
      expect(await claim(id)).toMatchObject({ attempt: 1 });
      expect(await claim(id, NOW + 59)).toBeNull();
      expect(await claim(id, NOW + 60)).toMatchObject({ attempt: 2 });
    });

    it("that has ended can't cut short the one after it", async () => {
      const { id } = await written();
      const first = await claim(id);
      const second = await claim(id, NOW + 60);
      await outbox.settle(id, { kind: "failed", attempt: first?.attempt ?? 0, nextAttemptAt: NOW });
      expect(await claim(id, NOW + 61)).toBeNull();
      await outbox.settle(id, { kind: "failed", attempt: second?.attempt ?? 0, nextAttemptAt: NOW + 62 });
      expect(await claim(id, NOW + 61)).toBeNull();
      expect(await claim(id, NOW + 62)).toMatchObject({ attempt: 3 });
    });

    it("is not given before the message's time, nor after it", async () => {
      const { id, giveUpAt } = await written();
      expect(await claim(id, NOW - 1)).toBeNull();
      expect(await claim(id, giveUpAt)).toBeNull();
      expect(await claim(id, giveUpAt - 1)).not.toBeNull();
    });

    it("of what is due takes one channel, the most overdue first, each to one of many", async () => {
      const later = await written({ createdAt: NOW - 1 });
      await written({ createdAt: NOW + 1 });
      await written({ channel: "sms" });
      const late = await written({ createdAt: NOW - 2 });
      const claimDue = (limit: number) => outbox.claimDue({ channel: "email", now: NOW, leaseSeconds: 60, limit });
      expect(await claimDue(1)).toEqual([{ ...late, attempt: 1 }]);
      const rest = await Promise.all([claimDue(10), claimDue(10), claimDue(10)]);
      expect(rest.flat()).toEqual([{ ...later, attempt: 1 }]);
      expect(await claim(later.id, NOW + 59)).toBeNull();
    });
  }

  function settlements(): void {
    it.each(["delivered", "dropped"] as const)("%s erases the text", async (kind) => {
      const { id } = await written();
      await outbox.settle(id, { kind });
      expect(await storage.messageState(id)).toEqual({ state: kind, erased: true });
      expect(await claim(id, NOW + 61)).toBeNull();
    });

    it("stands: what was kept is not given up, not failed, and not delivered after all", async () => {
      const { id, giveUpAt } = await written();
      await outbox.settle(id, { kind: "kept" });
      await outbox.settle(id, { kind: "delivered" });
      await outbox.settle(id, { kind: "failed", attempt: 0, nextAttemptAt: 0 });
      expect(await outbox.giveUp({ now: giveUpAt + 9, limit: 10 })).toEqual([]);
      expect(await storage.messageState(id)).toEqual({ state: "kept", erased: false });
    });

    it("of one message is none of another's", async () => {
      const [one, other] = [await written(), await written()];
      await outbox.settle(one.id, { kind: "delivered" });
      await outbox.settle("msg_unknown", { kind: "delivered" });
      expect(await storage.messageState(other.id)).toEqual({ state: "waiting", erased: false });
    });

    it("by giving up erases, but only what nobody has claimed", async () => {
      const { id } = await written({ giveUpAt: NOW + 30 });
      await claim(id);
      expect(await outbox.giveUp({ now: NOW + 59, limit: 10 })).toEqual([]);
      expect(await outbox.giveUp({ now: NOW + 60, limit: 10 })).toEqual([{ id, channel: "email", attempts: 1 }]);
      expect(await storage.messageState(id)).toEqual({ state: "given_up", erased: true });
    });

    it("is given up and forgotten a bounded number at a time, and what waits is never forgotten", async () => {
      const ids = [await written(), await written(), await written()].map(({ id }) => id);
      expect(await outbox.giveUp({ now: NOW + 90_000, limit: 2 })).toHaveLength(2);
      await outbox.forget({ createdBefore: NOW, limit: 10 });
      expect(await states(ids)).toEqual(["given_up", "given_up", "waiting"]);
      await outbox.forget({ createdBefore: NOW + 1, limit: 1 });
      expect(await states(ids)).toEqual(["given_up", "waiting"]);
      await outbox.forget({ createdBefore: NOW + 1, limit: 10 });
      expect(await states(ids)).toEqual(["waiting"]);
    });

    async function states(ids: readonly string[]): Promise<string[]> {
      const rows = await Promise.all(ids.map((id) => storage.messageState(id)));
      return rows.flatMap((row) => (row === null ? [] : [row.state])).sort();
    }
  }

  function reading(): void {
    it("is what has its text, the newest first, of everybody or of one", async () => {
      const first = await written();
      const second = await written({ to: "+15557122661", channel: "sms", subject: null, html: null });
      const gone = await written();
      await outbox.settle(first.id, { kind: "kept" });
      await outbox.settle(gone.id, { kind: "delivered" });
      expect(await outbox.readable({ to: null, limit: 10 })).toEqual([second, first]);
      expect(await outbox.readable({ to: null, limit: 1 })).toEqual([second]);
      expect(await outbox.readable({ to: first.to, limit: 10 })).toEqual([first]);
      expect(await outbox.readable({ to: "nobody@example.com", limit: 10 })).toEqual([]);
    });
  }
}
