import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { DIALECTS } from "../../src/http/app.ts";
import { describe as describeDialect } from "../../src/http/endpoint.ts";
import { fieldsOf, type JsonSchema } from "../../src/http/json-schema.ts";
import type { Dialect, Row } from "../../src/wire/dialect.ts";

describe.each(DIALECTS)("what $name documents of its fields", (dialect) => {
  const { endpoints, error } = describeDialect(dialect);
  const schemas = [
    { of: "error", schema: error.schema },
    ...endpoints.flatMap(({ id, body, answer, params }) => [
      ...params.map(({ name, schema }) => ({ of: `${id} ${name}`, schema })),
      ...(body === null ? [] : [{ of: `${id} body`, schema: body.schema }]),
      { of: `${id} answer`, schema: answer.schema },
    ]),
  ];

  it("each text and number shows a sample", () => {
    expect(schemas.flatMap(({ of, schema }) => withoutSample(schema, of))).toEqual([]);
  });

  it("each sample is good by the row's own rules", () => {
    dialect.rows.forEach((row, index) => {
      const { body, answer } = endpoints[index] ?? {};
      if (row.body !== undefined) expect(v.safeParse(row.body, body?.example).issues, row.path).toBeUndefined();
      expect(v.safeParse(row.answer, answer?.example).issues, row.path).toBeUndefined();
    });
    expect(v.safeParse(dialect.errorBody, error.example).issues).toBeUndefined();
  });

  it("each parameter of a path is described, and no other", () => {
    for (const { path, params } of endpoints) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(
        params.map(({ name }) => name),
        path,
      ).toEqual(inPath);
    }
  });

  it("the longest text that is documented is taken, and one character more is refused", () => {
    for (const { row, field, schema } of boundedTexts(dialect)) {
      const { maxLength = 0, format } = schema;
      const longest = format === "email" ? emailOf(maxLength) : "🔑".repeat(maxLength);
      const longer = format === "email" ? emailOf(maxLength + 1) : "🔑".repeat(maxLength + 1);
      expect(issuesAt(row, field, longest), `${row.path} ${field}`).toEqual([]);
      expect(issuesAt(row, field, longer), `${row.path} ${field}`).not.toEqual([]);
    }
  });

  it("a required field is required, and an optional one is not", () => {
    for (const [index, row] of dialect.rows.entries()) {
      for (const { name, required } of fieldsOf(endpoints[index]?.body?.schema ?? {})) {
        expect(issuesAt(row, name, undefined).length > 0, `${row.path} ${name}`).toBe(required);
      }
    }
  });
});

/** The names of the fields that would be shown as null. */
function withoutSample(schema: JsonSchema, name: string): string[] {
  if ((schema.examples ?? schema.const ?? schema.enum) !== undefined || schema.type === "boolean") return [];
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...[schema.items ?? []].flat()];
  const inner = alternatives.flatMap((one) => (typeof one === "object" ? withoutSample(one, `${name}[]`) : []));
  const fields = fieldsOf(schema).flatMap((field) => withoutSample(field.schema, `${name}.${field.name}`));
  return [schema.type].flat().includes("object") || alternatives.length > 0 ? [...inner, ...fields] : [name];
}

function boundedTexts(dialect: Dialect) {
  const { endpoints } = describeDialect(dialect);
  return dialect.rows.flatMap((row, index) =>
    fieldsOf(endpoints[index]?.body?.schema ?? {})
      .filter(({ schema }) => schema.maxLength !== undefined)
      .map(({ name: field, schema }) => ({ row, field, schema })),
  );
}

/** An address of exactly so many characters, its labels within 63. */
function emailOf(length: number): string {
  const domain = `${"d.".repeat(length)}com`;
  const local = "a".repeat(length % 2 === 0 ? 60 : 61);
  return `${local}@${domain.slice(domain.length - (length - local.length - 1))}`.replace("@.", "@d");
}

/** What the row's body schema says of its fields when its sample has this value in one of them. */
function issuesAt(row: Row, field: string, value: unknown): readonly string[] {
  const { endpoints } = describeDialect({ ...(DIALECTS[0] as Dialect), rows: [row] });
  const body: Record<string, unknown> = { ...(endpoints[0]?.body?.example as object), [field]: value };
  if (value === undefined) delete body[field];
  const parsed = v.safeParse(row.body as v.GenericSchema, body);
  const ofFields = (parsed.issues ?? []).filter(({ path }) => path !== undefined);
  return ofFields.map((issue) => `${v.getDotPath(issue)} ${issue.message}`);
}
