import { beforeEach, describe, expect, it } from "vitest";
import { chainAuditLog, verifyAuditChain } from "../../src/domain/audit-chain.ts";
import { emptyStorage, startWorld, type World } from "../world.ts";

const ORGANIZATION = "org_a";
let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

const sql = (text: string) => world.bindings.DB.prepare(text).run();

async function write(count: number, organization: string | null = ORGANIZATION): Promise<void> {
  const values = Array.from({ length: count }, () => `(1, 'user.renamed', 'success', ${quoted(organization)}, 'req')`);
  await sql(`INSERT INTO audit_log (at, action, result, organization, request_id) VALUES ${values.join(", ")}`);
}

const quoted = (text: string | null) => (text === null ? "NULL" : `'${text}'`);
const check = (published: { sequence: number; hash: string } | null = null) =>
  verifyAuditChain(world.core, { organization: ORGANIZATION, published });

async function chained(count: number): Promise<{ sequence: number; hash: string }> {
  await write(count);
  await chainAuditLog(world.core);
  const verdict = await check();
  if (!verdict.intact) throw new Error("a chain that was just made is intact");
  return verdict.head;
}

describe("chaining", () => {
  it("goes on where it stopped, over any number of batches, for each organization by itself", async () => {
    await write(3, "org_b");
    await write(1_203);
    await write(2, null);
    expect(await chainAuditLog(world.core)).toBe(1_208);
    await write(1);
    await write(1, "org_b");
    expect(await chainAuditLog(world.core)).toBe(2);
    expect(await chainAuditLog(world.core)).toBe(0);
    const heads = [ORGANIZATION, "org_b", null].map(async (organization) => {
      const verdict = await verifyAuditChain(world.core, { organization });
      return verdict.intact && verdict.head.sequence;
    });
    expect(await Promise.all(heads)).toEqual([1_204, 4, 2]);
  });

  it("by many runs at the same time makes one chain", async () => {
    await write(1_700);
    const isolates = Array.from({ length: 5 }, () => startWorld());
    const counts = await Promise.all(isolates.map(({ core }) => chainAuditLog(core)));
    await chainAuditLog(world.core);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_700);
    expect(await check()).toMatchObject({ intact: true, head: { sequence: 1_700 } });
  });

  it("that another run overtook writes nothing", async () => {
    await write(2);
    const slow = await world.core.auditTrail.tail(10);
    await chainAuditLog(world.core);
    const links = slow.entries.map(({ id }) => ({ id, sequence: 9, hash: "forged" }));
    const heads = new Map([[ORGANIZATION, { sequence: 9, hash: "forged" }]]);
    expect(await world.core.auditTrail.link({ seen: slow.run, next: "run_slow" }, { links, heads })).toBe(false);
    expect(await check()).toMatchObject({ intact: true, head: { sequence: 2 } });
  });

  it("leaves the entries of while it runs as a tail that is no fault", async () => {
    const head = await chained(2);
    await write(3);
    expect(await check(head)).toEqual({ intact: true, head });
  });

  it("while the check runs is no fault", async () => {
    await chained(999);
    await write(2);
    const { auditTrail } = world.core;
    // the first page of the check ends within the tail, which is chained before its next question
    const read = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
      const asked = await answer;
      await chainAuditLog(world.core);
      return asked;
    };
    const overtaken = {
      ...world.core,
      auditTrail: {
        ...auditTrail,
        walk: (...asked: Parameters<typeof auditTrail.walk>) => read(auditTrail.walk(...asked)),
      },
    };
    expect(await verifyAuditChain(overtaken, { organization: ORGANIZATION })).toMatchObject({
      ...{ intact: true, head: { sequence: 999 } },
    });
    expect(await check()).toMatchObject({ intact: true, head: { sequence: 1_001 } });
  });

  it("logs every head, where no hand in the database reaches", async () => {
    const { sequence, hash } = await chained(2);
    const line = JSON.stringify({ level: "info", event: "audit.chained", organization: ORGANIZATION, sequence, hash });
    expect(world.log.lines).toContain(line);
  });

  it("of nothing is intact", async () => {
    expect(await check()).toEqual({ intact: true, head: { sequence: 0, hash: "0".repeat(64) } });
  });
});

describe("the check finds", () => {
  it.each([
    ["an altered entry", "UPDATE audit_log SET actor = 'user_x' WHERE id = 3", "altered", 3],
    ["an altered time", "UPDATE audit_log SET at = 2 WHERE id = 1", "altered", 1],
    ["an altered result of the last entry", "UPDATE audit_log SET result = 'failure' WHERE id = 5", "altered", 5],
    ["an altered hash", "UPDATE audit_log SET chain_hash = 'x' WHERE id = 2", "altered", 2],
    ["a removed first entry", "DELETE FROM audit_log WHERE id = 1", "removed", 1],
    ["a removed entry", "DELETE FROM audit_log WHERE id = 3", "removed", 3],
    ["a removed last entry", "DELETE FROM audit_log WHERE id = 5", "removed", 5],
    ["all entries removed", "DELETE FROM audit_log", "removed", 1],
    [
      "an entry moved to another organization",
      "UPDATE audit_log SET organization = 'org_b' WHERE id = 3",
      "removed",
      3,
    ],
    ["an entry taken out of the chain", "UPDATE audit_log SET sequence = NULL WHERE id = 3", "added", 3],
    ["two entries with their places changed", "UPDATE audit_log SET id = 99 - id WHERE id IN (2, 3)", "removed", 2],
  ])("%s", async (_what, tampering, problem, sequence) => {
    await chained(5);
    await sql(tampering);
    expect(await check()).toEqual({ intact: false, problem, sequence });
  });

  it("an entry that was put in afterwards", async () => {
    await chained(3);
    await sql("UPDATE audit_log SET id = id + 10 WHERE id > 1");
    await sql("UPDATE audit_chain SET chained_to = 13");
    await sql(
      `INSERT INTO audit_log (id, at, action, result, organization, request_id) VALUES (5, 1, 'user.renamed', 'success', '${ORGANIZATION}', 'req')`,
    );
    expect(await check()).toEqual({ intact: false, problem: "added", sequence: 2 });
  });

  it("a chain cut short together with its head, by a head that was published", async () => {
    const published = await chained(5);
    await sql("DELETE FROM audit_log WHERE id > 3");
    await sql("UPDATE audit_heads SET sequence = 3, hash = (SELECT chain_hash FROM audit_log WHERE id = 3)");
    expect(await check()).toMatchObject({ intact: true });
    expect(await check(published)).toEqual({ intact: false, problem: "removed", sequence: 4 });
  });

  it("a chain written anew, by a head that was published", async () => {
    const published = await chained(5);
    await sql("UPDATE audit_log SET sequence = NULL, chain_hash = NULL, actor = 'user_x'");
    await sql("DELETE FROM audit_heads");
    await sql("DELETE FROM audit_chain");
    await chainAuditLog(world.core);
    expect(await check()).toMatchObject({ intact: true });
    expect(await check(published)).toEqual({ intact: false, problem: "altered", sequence: 5 });
  });
});
