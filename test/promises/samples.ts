import * as v from "valibot";
import type { Row } from "../../src/wire/dialect.ts";

// Requests made from a row's own schemas, so that a new row is covered by being in its table.

/** A field of a row's body. */
export interface Field {
  readonly name: string;
  readonly schema: v.GenericSchema;
}

/** Values that some field takes; the first that fits is a field's sample. */
const CANDIDATES = ["ada@example.com", "correct horse battery", "1", 1, true, ["1"], "viewer", {}];

/** The path with every parameter filled, and without a trailing slash. */
export function pathOf(row: Row): string {
  return row.path.replaceAll(/:\w+(\{[^}]*\})?/g, "1").replace(/\/$/, "");
}

/** True for the methods that carry a body. */
export function takesBody({ method }: Row): boolean {
  return method !== "GET";
}

/** The body's fields; none where the row has no body, or one that is no plain object. */
export function fieldsOf({ body }: Row): Field[] {
  if (body === undefined || !("entries" in body)) return [];
  return Object.entries(body.entries as Record<string, v.GenericSchema>).map(([name, schema]) => ({ name, schema }));
}

/** A body that the row's schema takes. */
export function sampleOf(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    fieldsOf(row).map(({ name, schema }) => [name, CANDIDATES.find((one) => v.is(schema, one))]),
  );
}

/** True when the field takes an email and not just any text. */
export function isEmail({ schema }: Field): boolean {
  return v.is(schema, "ada@example.com") && !v.is(schema, "ada");
}
