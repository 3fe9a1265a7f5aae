import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/d1.ts";
import {
  d1Outbox,
  outboxInsert,
  outboxInsertIfChanged,
  outboxInsertIfUser,
  outboxInsertWhere,
} from "../../src/adapters/d1-outbox.ts";
import { organizations, outbox, users } from "../../src/adapters/d1-schema.ts";
import { deliver } from "../../src/domain/delivery.ts";
import { counted } from "../bindings.ts";
import { startWorld } from "../world.ts";
import { outboxContract } from "./outbox.contract.ts";
import { d1Storage, memoryStorage, message, NOW, registered, type Storage } from "./storage.ts";

outboxContract("memory", memoryStorage);
outboxContract("D1", d1Storage);

describe("on D1", () => {
  let storage: Storage;
  let db: Database;
  beforeEach(async () => {
    storage = await d1Storage();
    db = openDatabase(env.DB);
    await registered(storage, "ada");
    await db.delete(outbox); // the mail of that
  });

  const stored = async () => (await storage.outbox.readable({ to: null, limit: 100 })).map(({ id }) => id);
  const rename = (email: string) => db.update(users).set({ fullName: "A" }).where(sql`email = ${email}`);

  it("a message doesn't exist when its batch is rolled back", async () => {
    const clash = db
      .insert(users)
      .values({ publicId: "user_ada", email: "x@example.com", fullName: "X", createdAt: NOW });
    await expect(db.batch([outboxInsert(db, message()), clash])).rejects.toThrow();
    expect(await stored()).toEqual([]);
  });

  it("is written only when the statement before it changed something, and tells the next one so", async () => {
    const [one, two, three] = [message(), message(), message()];
    await db.batch([rename("ada@example.com"), outboxInsertIfChanged(db, one), outboxInsertIfChanged(db, two)]);
    await db.batch([rename("nobody@example.com"), outboxInsertIfChanged(db, three), outboxInsertIfChanged(db, three)]);
    expect(await stored()).toEqual([two.id, one.id]);
  });

  it("is written only when its address is a user's", async () => {
    const known = message();
    await db.batch([outboxInsertIfUser(db, known), outboxInsertIfUser(db, message({ to: "nobody@example.com" }))]);
    expect(await stored()).toEqual([known.id]);
  });

  it("is written only under the condition that is given, and keeps its values whole", async () => {
    const odd = message({ subject: "'); DROP TABLE users; --", html: null });
    await db.batch([
      outboxInsertWhere(db, odd, sql`1 = 1`),
      outboxInsertWhere(db, message(), sql`EXISTS (SELECT 1 FROM ${organizations} WHERE ${organizations.name} = 'x')`),
    ]);
    expect(await storage.outbox.readable({ to: null, limit: 10 })).toEqual([odd]);
  });

  it("what is due and what is over are found by the index", async () => {
    const { bindings, operations } = counted();
    const port = d1Outbox(openDatabase(bindings.DB));
    await port.claimDue({ channel: "email", now: NOW, leaseSeconds: 60, limit: 4 });
    await port.giveUp({ now: NOW, limit: 4 });
    expect(operations).toHaveLength(2);
    for (const operation of operations) {
      const query = operation.replace(/^DB /, "EXPLAIN QUERY PLAN ");
      const values = Array(query.split("?").length - 1).fill(1);
      const { results } = await env.DB.prepare(query)
        .bind(...values)
        .all<{ detail: string }>();
      const plan = results.map(({ detail }) => detail).join("\n");
      expect(plan).toContain("INDEX outbox_waiting");
      expect(plan).not.toMatch(/SCAN outbox$/m);
    }
  });

  it("delivering to a known and to an unknown address makes the same statements", async () => {
    const known = message();
    const unknown = message({ to: "nobody@example.com" });
    await db.batch([outboxInsertIfUser(db, known), outboxInsertIfUser(db, unknown)]);
    const statementsOf = async (id: string) => {
      const { bindings, operations } = counted();
      await deliver(startWorld({ ...bindings }).core, id);
      return operations.map((operation) => operation.split(" ", 3).join(" "));
    };
    const claimAndSettle = ['DB update "outbox"', 'DB update "outbox"'];
    expect(await statementsOf(known.id)).toEqual(claimAndSettle);
    expect(await statementsOf(unknown.id)).toEqual(claimAndSettle);
  });
});
