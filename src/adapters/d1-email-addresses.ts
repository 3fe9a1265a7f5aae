import { type SQL, sql } from "drizzle-orm";
import { isNotNullViolation, isUniqueViolation } from "./d1.ts";

// An address belongs to one account. While an undo link for it lives, the account that gave it up may take it back, so
// nobody else gets it: whoever stole an account could otherwise shut its owner out by registering the old address.

/** The address as a value to store: NULL, which the column refuses, while it is reserved for another than `user`. */
export function unlessReserved(email: string | SQL, { user, now }: { user: SQL; now: number }): SQL<string> {
  return sql`(SELECT ${email} WHERE NOT EXISTS (${reservation(email, { user, now })}))`;
}

/** Another than `user` has the address, or may take it back. */
export function isTaken(email: string, { user, now }: { user: SQL; now: number }): SQL {
  return sql`(EXISTS (SELECT 1 FROM users WHERE email = ${email} AND id IS NOT ${user})
    OR EXISTS (${reservation(email, { user, now })}))`;
}

/** What the database says when an address that is stored was taken or reserved. */
export function saysTaken(error: unknown): boolean {
  return isUniqueViolation(error, "users.email") || isNotNullViolation(error, "users.email");
}

function reservation(email: string | SQL, { user, now }: { user: SQL; now: number }): SQL {
  return sql`SELECT 1 FROM challenges WHERE kind = 'undo_email_change' AND used_at IS NULL
    AND email = ${email} AND expires_at > ${now} AND user_id IS NOT ${user}`;
}
