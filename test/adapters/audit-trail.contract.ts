import { beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/domain/audit.ts";
import type { AuditFilter } from "../../src/domain/ports/audit-trail.ts";
import { audit, type MakeStorage, type Storage } from "./storage.ts";

const HOME = "org_home";
const ALL: AuditFilter = { action: null, actor: null, target: null, result: null, from: null, to: null };

/** What every reader and chainer of the audit log promises. */
export function auditTrailContract(name: string, make: MakeStorage): void {
  let storage: Storage;
  beforeEach(async () => {
    storage = await make();
  });
  const write = (at: number, changes: Partial<AuditEntry> = {}) =>
    storage.auditLog.write(audit("user.renamed", { at, organization: HOME, ...changes }));
  const times = async (filter: Partial<AuditFilter> = {}) =>
    (await storage.auditTrail.page(HOME, { ...ALL, ...filter }, { limit: 10, after: null })).items.map(({ at }) => at);

  describe(`audit trail: ${name}`, () => {
    reading();
    chaining();
  });

  function reading(): void {
    it("shows an organization's entries whole, the newest first, the later written of one second before the earlier", async () => {
      await write(2, { actor: "one" });
      await write(2, { actor: "two" });
      await write(3, { organization: "org_other" });
      await write(1);
      const { items, next } = await storage.auditTrail.page(HOME, ALL, { limit: 10, after: null });
      expect(items.map(({ at, actor }) => [at, actor])).toEqual([
        [2, "two"],
        [2, "one"],
        [1, "user_actor"],
      ]);
      const { id: _, ...entry } = items[1] ?? {};
      expect(entry).toEqual({
        ...audit("user.renamed", { at: 2, organization: HOME, actor: "one" }),
        ...{ sequence: null, chainHash: null },
      });
      expect(next).toBeNull();
    });

    it("goes on behind a place, also within one second", async () => {
      for (const at of [1, 2, 2, 2, 3]) await write(at);
      const seen: number[] = [];
      for (let after = null, more = true; more; ) {
        const { items, next } = await storage.auditTrail.page(HOME, ALL, { limit: 2, after });
        seen.push(...items.map(({ id }) => id));
        after = next as never;
        more = next !== null;
      }
      expect(seen).toEqual([...seen].sort((a, b) => b - a));
      expect(new Set(seen).size).toBe(5);
    });

    it("lets pass what every filter lets pass; times are included", async () => {
      await write(1, { action: "member.removed", result: "failure" });
      await write(2, { actor: "user_x" });
      await write(3, { actor: "user_x", target: "user_y" });
      expect(await times({ action: "member.removed" })).toEqual([1]);
      expect(await times({ actor: "user_x" })).toEqual([3, 2]);
      expect(await times({ actor: "user_x", target: "user_y" })).toEqual([3]);
      expect(await times({ result: "failure" })).toEqual([1]);
      expect(await times({ from: 2 })).toEqual([3, 2]);
      expect(await times({ to: 2 })).toEqual([2, 1]);
      expect(await times({ from: 2, to: 2, actor: "user_z" })).toEqual([]);
    });
  }

  function chaining(): void {
    const link = (seen: string | null, next: string, ids: readonly number[]) => {
      const links = ids.map((id, at) => ({ id, sequence: at + 1, hash: `hash ${id}` }));
      const head = links.at(-1);
      if (head === undefined) throw new Error("nothing to link");
      const { sequence, hash } = head;
      return storage.auditTrail.link({ seen, next }, { links, heads: new Map([[HOME, { sequence, hash }]]) });
    };

    it("the tail is what isn't chained, of all, in the order in which it was written, with the heads that it builds on", async () => {
      for (const organization of [HOME, null, HOME]) await write(1, { organization });
      const { run, entries, heads } = await storage.auditTrail.tail(2);
      expect([run, heads.size]).toEqual([null, 0]);
      expect(entries.map(({ organization }) => organization)).toEqual([HOME, null]);
    });

    it("linking is seen by the tail, the head, the page and the walk", async () => {
      for (const at of [1, 2, 3]) await write(at);
      const ids = (await storage.auditTrail.tail(2)).entries.map(({ id }) => id);
      expect(await storage.auditTrail.head(HOME)).toBeNull();
      expect(await link(null, "run_1", ids)).toBe(true);
      const tail = await storage.auditTrail.tail(10);
      expect([tail.run, tail.entries.map(({ at }) => at)]).toEqual(["run_1", [3]]);
      const head = { sequence: 2, hash: `hash ${ids[1]}` };
      expect([await storage.auditTrail.head(HOME), tail.heads.get(HOME)]).toEqual([head, head]);
      const { entries, chainedTo, head: walkedHead } = await storage.auditTrail.walk(HOME, { limit: 10, after: null });
      expect(entries.map(({ sequence, chainHash }) => [sequence, chainHash])).toEqual([
        [1, `hash ${ids[0]}`],
        [2, `hash ${ids[1]}`],
        [null, null],
      ]);
      expect([chainedTo, walkedHead]).toEqual([ids[1], head]);
    });

    it("of two writers that saw the same tail one alone writes", async () => {
      for (const at of [1, 2]) await write(at);
      const ids = (await storage.auditTrail.tail(10)).entries.map(({ id }) => id);
      const first = await Promise.all([link(null, "run_1", ids), link(null, "run_2", ids)]);
      expect(first.sort()).toEqual([false, true]);
      expect(await link(null, "run_3", ids)).toBe(false);
      expect(await link("run_0", "run_4", ids)).toBe(false);
    });

    it("what happened in no organization is walked by itself", async () => {
      await write(1, { organization: null });
      await write(2);
      const { entries, head } = await storage.auditTrail.walk(null, { limit: 10, after: null });
      expect([entries.map(({ at }) => at), head]).toEqual([[1], null]);
    });
  }
}
