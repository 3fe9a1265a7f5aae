import { type SQL, sql } from "drizzle-orm";
import type { Identities, Identity } from "../domain/ports/identities.ts";
import { auditInsert, auditInsertIfChanged, type Database, isUniqueViolation, onD1 } from "./d1.ts";
import { saysTaken, unlessReserved } from "./d1-email-addresses.ts";
import { outboxInsertIfChanged } from "./d1-outbox.ts";
import { addressProven, teamMade, unprovenPastDropped } from "./d1-proven-address.ts";
import { users } from "./d1-schema.ts";
import { identities } from "./d1-schema-identity.ts";

export function d1Identities(db: Database): Identities {
  return {
    link: ({ identity, userId, email, team, notice, now }, audit) =>
      onD1("link identity", async () => {
        const { provider, subject } = identity;
        // nobody's, and so nothing happens, unless the first statement linked it
        const user = sql`(SELECT user_id FROM identities
          WHERE provider = ${provider} AND subject = ${subject} AND user_id = ${userId})`;
        const [sessionsDropped, credentialsDropped, ...alsoDropped] = unprovenPastDropped(db, { user, now, audit });
        const done = await orNullWhenTaken(
          db.batch([
            identityInsert(db, identity, { of: sql`id = ${userId} AND email = ${email}`, now }),
            auditInsertIfChanged(db, audit),
            outboxInsertIfChanged(db, notice),
            sessionsDropped,
            credentialsDropped,
            ...alsoDropped,
            ...addressProven(db, { user, team, now, audit }),
          ]),
        );
        if (done === null) return null;
        const [linked, , , sessions, credentials] = done;
        return linked.length === 0 ? null : [...sessions, ...credentials].map(({ id }) => id);
      }),

    create: ({ identity, user, team }, audit) =>
      onD1("create by identity", async () => {
        const now = user.createdAt;
        const email = unlessReserved(user.email, { user: sql`NULL`, now });
        const isNew = sql`public_id = ${user.publicId}`;
        const done = await orNullWhenTaken(
          db.batch([
            db.insert(users).values({ ...user, email, passwordHash: null }),
            identityInsert(db, identity, { of: isNew, now }),
            ...teamMade(db, { user: sql`(SELECT id FROM users WHERE ${isNew})`, team, now }),
            auditInsert(db, audit),
          ]),
        );
        return done !== null;
      }),
  };
}

/** For the user of whom the condition is true. */
function identityInsert(db: Database, { provider, subject }: Identity, { of, now }: { of: SQL; now: number }) {
  return db
    .insert(identities)
    .select(sql`SELECT ${provider}, ${subject}, id, ${now} FROM users WHERE ${of}`)
    .returning({ userId: identities.userId });
}

async function orNullWhenTaken<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (saysTaken(error) || isUniqueViolation(error, "identities.provider")) return null;
    throw error;
  }
}
