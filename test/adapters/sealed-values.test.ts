import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { openDatabase } from "../../src/adapters/d1.ts";
import { d1SealedValues } from "../../src/adapters/d1-sealed-values.ts";
import { emptyStorage } from "../world.ts";
import { sealedValuesContract } from "./sealed-values.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

sealedValuesContract("memory", memoryStorage);
sealedValuesContract("D1", d1Storage);

/** D1, and how many rows its statements have read: what D1 is paid for. */
function metered() {
  const meter = { rowsRead: 0 };
  const watched = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(_, name) {
        if (name === "bind") return (...values: unknown[]) => watched(statement.bind(...values));
        return async () => {
          const result = await statement.all();
          meter.rowsRead += result.meta.rows_read;
          return result;
        };
      },
    });
  const database = { prepare: (sql: string) => watched(env.DB.prepare(sql)) } as unknown as D1Database;
  return { meter, values: d1SealedValues(openDatabase(database)) };
}

it("D1: to find what is left reads a few rows of ten thousand, and a page no more than it answers", async () => {
  await emptyStorage();
  const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)";
  const insert = (table: string, columns: string, values: string) =>
    env.DB.prepare(`INSERT INTO ${table} (${columns}) ${numbers} SELECT ${values} FROM n`);
  await env.DB.batch([
    insert(
      "users",
      "public_id, email, full_name, password_hash, created_at",
      "'u' || i, 'e' || i, '', CASE WHEN i > 9995 THEN '1.x' ELSE '2.x' END, 0",
    ),
    insert("second_factors", "user_id, sealed_secret, created_at", "i, '2.x', 0"),
    insert("backup_codes", "id, user_id, sealed_code", "'b' || i, i, '2.x'"),
  ]);
  const { meter, values } = metered();
  expect(await values.lots()).toHaveLength(4);
  expect(meter.rowsRead).toBeLessThan(30);
  meter.rowsRead = 0;
  expect(await values.page({ purpose: "password-hash", keyId: 1, after: 0, limit: 200 })).toHaveLength(5);
  expect(await values.count({ purpose: "password-hash", keyId: 1 })).toBe(5);
  expect(meter.rowsRead).toBeLessThan(30);
});
