import { and, desc, eq, exists, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { SigningKeys } from "../domain/ports/signing-keys.ts";
import type { SigningKeyState, StoredSigningKey } from "../domain/signing-key.ts";
import { auditInsertIfChanged, type Database, onD1 } from "./d1.ts";
import { signingKeys } from "./d1-schema-signing-keys.ts";

export function d1SigningKeys(db: Database): SigningKeys {
  return {
    all: () => onD1("signing keys", () => db.select().from(signingKeys).orderBy(desc(signingKeys.createdAt)).all()),

    insertCurrent: (key, audit) =>
      onD1("current signing key", async () => {
        // the index on the current state lets exactly one in
        await db.batch([db.insert(signingKeys).values(key).onConflictDoNothing(), auditInsertIfChanged(db, audit)]);
      }),

    insertNext: (which, audit) => onD1("next signing key", () => insertNext(db, which, audit)),

    promote: (which, audit) => onD1("promote signing key", () => promote(db, which, audit)),

    remove: ({ kid, state }, audit) =>
      onD1("remove signing key", async () => {
        const [removed] = await db.batch([
          db.delete(signingKeys).where(isIn(kid, state)).returning({ kid: signingKeys.kid }),
          auditInsertIfChanged(db, audit),
        ]);
        return removed.length > 0;
      }),
  };
}

async function insertNext(
  db: Database,
  { next, current }: { next: StoredSigningKey; current: string },
  audit: AuditEntry,
): Promise<boolean> {
  const { kid, state, publicJwk, sealedPrivateJwk, createdAt, since } = next;
  const columns = [kid, state, publicJwk, sealedPrivateJwk, createdAt, since].map((value) => sql`${value}`);
  const [inserted] = await db.batch([
    db
      .insert(signingKeys)
      .select(sql`SELECT ${sql.join(columns, sql`, `)} WHERE ${isThere(db, current, "current")}`)
      .onConflictDoNothing()
      .returning({ kid: signingKeys.kid }),
    auditInsertIfChanged(db, audit),
  ]);
  return inserted.length > 0;
}

/** The old key steps down first, where the new one is there to step up: the index suffers no two. */
async function promote(
  db: Database,
  { next, current, now }: { next: string; current: string; now: number },
  audit: AuditEntry,
): Promise<boolean> {
  const [, promoted] = await db.batch([
    db
      .update(signingKeys)
      .set({ state: "retired", since: now, sealedPrivateJwk: "" })
      .where(and(isIn(current, "current"), isThere(db, next, "next"))),
    db
      .update(signingKeys)
      .set({ state: "current", since: now })
      .where(and(isIn(next, "next"), sql`changes() > 0`))
      .returning({ kid: signingKeys.kid }),
    auditInsertIfChanged(db, audit),
  ]);
  return promoted.length > 0;
}

function isIn(kid: string, state: SigningKeyState) {
  return and(eq(signingKeys.kid, kid), eq(signingKeys.state, state));
}

function isThere(db: Database, kid: string, state: SigningKeyState) {
  return exists(db.select({ one: sql`1` }).from(signingKeys).where(isIn(kid, state)));
}
