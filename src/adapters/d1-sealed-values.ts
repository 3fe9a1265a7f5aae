import { type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import {
  type Resealed,
  SEALED_PURPOSES,
  type SealedLot,
  type SealedPurpose,
  type SealedValue,
  type SealedValues,
} from "../domain/ports/sealed-values.ts";
import { type Database, onD1 } from "./d1.ts";
import { backupCodes, secondFactors, users } from "./d1-schema.ts";
import { signingKeys } from "./d1-schema-signing-keys.ts";

/** Where the values of a purpose are. A row is SQLite's own, which every table has. */
interface Place {
  readonly table: SQLiteTable;
  readonly column: SQLiteColumn;
  readonly owner: SQLiteColumn;
  readonly name?: SQLiteColumn;
  /** where the owner is in another table */
  readonly join?: SQL;
}

const PLACES: Readonly<Record<SealedPurpose, Place>> = {
  "signing-key": { table: signingKeys, column: signingKeys.sealedPrivateJwk, owner: signingKeys.kid },
  "password-hash": { table: users, column: users.passwordHash, owner: users.publicId },
  "totp-secret": {
    ...{ table: secondFactors, column: secondFactors.sealedSecret, owner: users.publicId },
    join: sql`JOIN ${users} ON ${users.id} = ${secondFactors.userId}`,
  },
  "backup-code": {
    ...{ table: backupCodes, column: backupCodes.sealedCode, owner: users.publicId, name: backupCodes.id },
    join: sql`JOIN ${users} ON ${users.id} = ${backupCodes.userId}`,
  },
};

export function d1SealedValues(db: Database): SealedValues {
  const lots = sql.join(SEALED_PURPOSES.map(lotsOf), sql` UNION ALL `);

  return {
    lots: () => onD1("sealed lots", () => db.all<SealedLot>(lots)),

    count: ({ purpose, keyId }) =>
      onD1("count sealed values", async () => {
        const { table } = PLACES[purpose];
        const row = await db.get<{ n: number }>(
          sql`SELECT count(*) AS n FROM ${table} WHERE ${keyIdIn(purpose)} = ${keyId}`,
        );
        return row.n;
      }),

    page: (which) => onD1("sealed values", () => db.all<SealedValue>(pageOf(which))),

    replace: (purpose, values) => onD1("reseal", () => replace(db, purpose, values)),
  };
}

/** As the indexes `..._sealed_by` have it. Null and empty ones give null and 0, and 0 is no key's id. */
function keyIdIn(purpose: SealedPurpose): SQL {
  return sql`CAST(${PLACES[purpose].column} AS INTEGER)`;
}

/** From one key id to the next greater one, each by one step in the index: no count of the rows between. */
function lotsOf(purpose: SealedPurpose): SQL {
  const { table } = PLACES[purpose];
  const keyId = keyIdIn(purpose);
  return sql`
    SELECT ${purpose} AS purpose, id AS keyId FROM (
      WITH RECURSIVE ids(id) AS (
        SELECT min(${keyId}) FROM ${table} WHERE ${keyId} > 0
        UNION ALL
        SELECT (SELECT min(${keyId}) FROM ${table} WHERE ${keyId} > ids.id) FROM ids WHERE ids.id IS NOT NULL
      )
      SELECT id FROM ids WHERE id IS NOT NULL
    )`;
}

function pageOf({ purpose, keyId, after, limit }: SealedLot & { after: number; limit: number }): SQL {
  const { table, column, owner, name, join } = PLACES[purpose];
  return sql`
    SELECT ${table}.rowid AS row, ${owner} AS owner, ${name ?? sql`''`} AS name, ${column} AS sealed
    FROM ${table} ${join ?? sql``}
    WHERE ${keyIdIn(purpose)} = ${keyId} AND ${table}.rowid > ${after}
    ORDER BY ${table}.rowid LIMIT ${limit}`;
}

/** One statement for all of them. */
async function replace(db: Database, purpose: SealedPurpose, values: readonly Resealed[]): Promise<number> {
  const { table, column } = PLACES[purpose];
  const { meta } = await db.run(sql`
    UPDATE ${table} SET ${sql.identifier(column.name)} = value ->> 'to'
    FROM json_each(${JSON.stringify(values)})
    WHERE ${table}.rowid = value ->> 'row' AND ${column} = value ->> 'from'`);
  return meta.changes;
}
