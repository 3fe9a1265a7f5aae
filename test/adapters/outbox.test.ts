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
import { organizations, users } from "../../src/adapters/d1-schema.ts";
import { deliver } from "../../src/domain/delivery.ts";
import type { OutboxMessage } from "../../src/domain/outbox.ts";
import type { Outbox } from "../../src/domain/ports/outbox.ts";
import { ADA, emptyStorage, register, startWorld, type World } from "../world.ts";

const NOW = 1_767_225_600;

let world: World;
let db: Database;
let outbox: Outbox;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  db = openDatabase(world.bindings.DB);
  outbox = d1Outbox(db);
});

function message(changes: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    id: `msg_${crypto.randomUUID()}`,
    channel: "email",
    to: ADA.email,
    subject: "Subject",
    text: "Text",
    html: "<p>Text</p>",
    createdAt: NOW,
    giveUpAt: NOW + 86_400,
    ...changes,
  };
}

async function stored(): Promise<readonly string[]> {
  return (await outbox.readable({ to: null, limit: 100 })).map(({ id }) => id);
}

describe("a message in a batch", () => {
  const rename = (email: string) => db.update(users).set({ fullName: "A" }).where(sql`email = ${email}`);

  it("comes back as it was written", async () => {
    const sms = message({ channel: "sms", subject: null, html: null, to: "+15557122661" });
    const mail = message({ text: "línea\n\nhttps://example.com/?a=1&b='\"\n" });
    await db.batch([outboxInsert(db, sms), outboxInsert(db, mail)]);
    expect(await outbox.readable({ to: null, limit: 10 })).toEqual([mail, sms]);
    expect(await outbox.readable({ to: "+15557122661", limit: 10 })).toEqual([sms]);
    expect(await outbox.readable({ to: null, limit: 1 })).toEqual([mail]);
  });

  it("doesn't exist when the batch is rolled back", async () => {
    await register(world);
    const taken = db.select({ publicId: users.publicId }).from(users);
    const [user] = await taken;
    const publicId = user?.publicId ?? "";
    const clash = db.insert(users).values({ publicId, email: "x@example.com", fullName: "X", createdAt: NOW });
    await expect(db.batch([outboxInsert(db, message()), clash])).rejects.toThrow();
    expect(await stored()).toEqual([]);
  });

  it("is written only when the statement before it changed something, and tells the next one so", async () => {
    await register(world);
    const [one, two, three] = [message(), message(), message()];
    await db.batch([rename(ADA.email), outboxInsertIfChanged(db, one), outboxInsertIfChanged(db, two)]);
    await db.batch([rename("nobody@example.com"), outboxInsertIfChanged(db, three), outboxInsertIfChanged(db, three)]);
    expect(await stored()).toEqual([two.id, one.id]);
  });

  it("is written only when its address is a user's", async () => {
    await register(world);
    const known = message();
    await db.batch([outboxInsertIfUser(db, known), outboxInsertIfUser(db, message({ to: "nobody@example.com" }))]);
    expect(await stored()).toEqual([known.id]);
  });

  it("is written only under the condition that is given, and keeps its values whole", async () => {
    const odd = message({ subject: "'); DROP TABLE users; --", html: null });
    await db.batch([
      outboxInsertWhere(db, odd, sql`1 = 1`),
      outboxInsertWhere(db, message(), sql`EXISTS (SELECT 1 FROM ${organizations})`),
    ]);
    expect(await outbox.readable({ to: null, limit: 10 })).toEqual([odd]);
  });
});

describe("a claim", () => {
  const claim = (id: string, now = NOW) => outbox.claim({ id, now, leaseSeconds: 60 });

  it("is given to one of many", async () => {
    const { id } = message();
    await outboxInsert(db, message({ id }));
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(id)));
    expect(claims.filter((claimed) => claimed !== null)).toHaveLength(1);
  });

  it("counts the tries and ends with its lease", async () => {
    const { id } = message();
    await outboxInsert(db, message({ id }));
    expect(await claim(id)).toMatchObject({ id, attempt: 1, text: "Text" });
    expect(await claim(id, NOW + 59)).toBeNull();
    expect(await claim(id, NOW + 60)).toMatchObject({ id, attempt: 2 });
  });

  it("that has ended can't cut short the one after it", async () => {
    const { id } = message();
    await outboxInsert(db, message({ id }));
    const first = await claim(id);
    const second = await claim(id, NOW + 60);
    await outbox.settle(id, { kind: "failed", attempt: first?.attempt ?? 0, nextAttemptAt: NOW });
    expect(await claim(id, NOW + 61)).toBeNull();
    await outbox.settle(id, { kind: "failed", attempt: second?.attempt ?? 0, nextAttemptAt: NOW + 62 });
    expect(await claim(id, NOW + 61)).toBeNull();
    expect(await claim(id, NOW + 62)).toMatchObject({ attempt: 3 });
  });

  it("is not given before the message's time, nor after it", async () => {
    const { id } = message();
    await outboxInsert(db, message({ id }));
    expect(await claim(id, NOW - 1)).toBeNull();
    expect(await claim(id, NOW + 86_400)).toBeNull();
    expect(await claim(id, NOW + 86_399)).not.toBeNull();
  });

  it("of what is due takes one channel, the most overdue first, each to one of many", async () => {
    const late = message({ createdAt: NOW - 2 });
    const later = message({ createdAt: NOW - 1 });
    const notYet = message({ createdAt: NOW + 1 });
    const sms = message({ channel: "sms" });
    await db.batch([outboxInsert(db, later), outboxInsert(db, notYet), outboxInsert(db, sms), outboxInsert(db, late)]);
    const claimDue = (limit: number) => outbox.claimDue({ channel: "email", now: NOW, leaseSeconds: 60, limit });
    expect((await claimDue(1)).map(({ id }) => id)).toEqual([late.id]);
    const rest = await Promise.all([claimDue(10), claimDue(10), claimDue(10)]);
    expect(rest.flat().map(({ id }) => id)).toEqual([later.id]);
  });

  it("and the end of its lease are found by the index", async () => {
    const { DB, prepared } = watched(world.bindings.DB);
    const port = d1Outbox(openDatabase(DB));
    await port.claimDue({ channel: "email", now: NOW, leaseSeconds: 60, limit: 4 });
    await port.giveUp({ now: NOW, limit: 4 });
    expect(prepared).toHaveLength(2);
    for (const query of prepared) {
      const values = Array(query.split("?").length - 1).fill(1);
      const explained = world.bindings.DB.prepare(`EXPLAIN QUERY PLAN ${query}`).bind(...values);
      const { results } = await explained.all<{ detail: string }>();
      const plan = results.map(({ detail }) => detail).join("\n");
      expect(plan).toContain("INDEX outbox_waiting");
      expect(plan).not.toMatch(/SCAN outbox$/m);
    }
  });
});

describe("a settled message", () => {
  it.each(["delivered", "dropped"] as const)("that was %s has no text", async (kind) => {
    const { id } = message();
    await outboxInsert(db, message({ id }));
    await outbox.settle(id, { kind });
    const row = await world.bindings.DB.prepare("SELECT * FROM outbox").first();
    expect(row).toMatchObject({ id, state: kind, recipient: ADA.email, subject: null, text: null, html: null });
    expect(await stored()).toEqual([]);
  });

  it("is not given up, not failed, and not delivered another way", async () => {
    const { id } = message();
    await outboxInsert(db, message({ id }));
    await outbox.settle(id, { kind: "kept" });
    await outbox.settle(id, { kind: "delivered" });
    await outbox.settle(id, { kind: "failed", attempt: 0, nextAttemptAt: 0 });
    expect(await outbox.giveUp({ now: NOW + 90_000, limit: 10 })).toEqual([]);
    expect(await world.bindings.DB.prepare("SELECT state, text FROM outbox").first()).toEqual({
      state: "kept",
      text: "Text",
    });
  });

  it("is given up only when nobody has claimed it", async () => {
    const { id } = message();
    await outboxInsert(db, message({ id, giveUpAt: NOW + 30 }));
    await outbox.claim({ id, now: NOW, leaseSeconds: 60 });
    expect(await outbox.giveUp({ now: NOW + 59, limit: 10 })).toEqual([]);
    expect(await outbox.giveUp({ now: NOW + 60, limit: 10 })).toEqual([{ id, channel: "email", attempts: 1 }]);
  });

  it("is given up and forgotten a bounded number at a time", async () => {
    await db.batch([outboxInsert(db, message()), outboxInsert(db, message()), outboxInsert(db, message())]);
    expect(await outbox.giveUp({ now: NOW + 90_000, limit: 2 })).toHaveLength(2);
    await outbox.forget({ createdBefore: NOW + 1, limit: 1 });
    const { results } = await world.bindings.DB.prepare("SELECT state FROM outbox ORDER BY state").all();
    expect(results).toEqual([{ state: "given_up" }, { state: "waiting" }]);
  });
});

it("delivering to a known and to an unknown address makes the same statements", async () => {
  await register(world);
  const known = message();
  const unknown = message({ to: "nobody@example.com" });
  await db.batch([outboxInsertIfUser(db, known), outboxInsertIfUser(db, unknown)]);
  const { DB, prepared } = watched(world.bindings.DB);
  const { core } = startWorld({ DB });
  const statementsOf = async (id: string) => {
    prepared.length = 0;
    await deliver(core, id);
    return prepared.map((query) => query.split(" ", 2).join(" "));
  };
  const claimAndSettle = ['update "outbox"', 'update "outbox"'];
  expect(await statementsOf(known.id)).toEqual(claimAndSettle);
  expect(await statementsOf(unknown.id)).toEqual(claimAndSettle);
});

/** The database, with every statement that is prepared on it noted. */
function watched(binding: D1Database): { DB: D1Database; prepared: string[] } {
  const prepared: string[] = [];
  const prepare = (query: string) => {
    prepared.push(query);
    return binding.prepare(query);
  };
  return { DB: { ...binding, prepare, batch: binding.batch.bind(binding) } as unknown as D1Database, prepared };
}
