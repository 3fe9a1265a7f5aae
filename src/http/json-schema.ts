import { type JsonSchema, type OverrideSchemaContext, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";

export type { JsonSchema };

/** Steps that have no word in JSON Schema: what they ask for stands beside them as metadata (`wire/fields.ts`). */
const WORDLESS: string[] = ["check", "trim", "to_lower_case", "raw_check"];

/** What a client sends (`input`) or gets (`output`), as JSON Schema 2020-12, the dialect of OpenAPI 3.1. Throws on what can't be told. */
export function jsonSchemaOf(schema: v.GenericSchema, typeMode: "input" | "output"): JsonSchema {
  const how = { typeMode, target: "draft-2020-12", ignoreActions: WORDLESS, overrideSchema } as const;
  const { $schema, ...json } = toJsonSchema(schema, how);
  return annotated(json, schema);
}

function overrideSchema({ valibotSchema, jsonSchema }: OverrideSchemaContext): JsonSchema | null {
  if (isObject(valibotSchema)) return { ...jsonSchema, properties: propertiesOf(valibotSchema, jsonSchema) };
  if (valibotSchema.type === "nullable") return nullable(jsonSchema);
  if (valibotSchema.type === "literal") return { type: typeof jsonSchema.const as "string", ...jsonSchema };
  return null;
}

function isObject(schema: unknown): schema is { entries: Record<string, v.GenericSchema> } {
  return typeof schema === "object" && schema !== null && "entries" in schema;
}

/** The converter stops at a transformation, and forgets what a field says of itself after it. */
function propertiesOf(schema: { entries: Record<string, v.GenericSchema> }, json: JsonSchema) {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, property] of Object.entries(json.properties ?? {})) {
    const entry = schema.entries[name];
    if (typeof property === "object") properties[name] = entry === undefined ? property : annotated(property, entry);
  }
  return properties;
}

function annotated(json: JsonSchema, schema: v.GenericSchema): JsonSchema {
  const inner = "wrapped" in schema ? annotated(json, schema.wrapped as v.GenericSchema) : json;
  const description = v.getDescription(schema);
  const example = v.getExamples(schema).at(-1);
  return {
    ...inner,
    ...v.getMetadata(schema),
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { examples: [example as JsonValue] }),
  };
}

type JsonValue = NonNullable<JsonSchema["examples"]>[number];

/** `type: ["string", "null"]`, which people and generators read more easily than `anyOf`. */
function nullable(json: JsonSchema): JsonSchema | null {
  const [value] = json.anyOf ?? [];
  if (typeof value !== "object" || typeof value.type !== "string") return null;
  return { ...value, type: [value.type, "null"], ...(value.enum === undefined ? {} : { enum: [...value.enum, null] }) };
}

/** A value of the schema, put together from the samples of its fields. */
export function exampleOf(schema: JsonSchema): unknown {
  const [shown] = schema.examples ?? [];
  if (shown !== undefined) return shown;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (typeof first === "object") return exampleOf(first);
  switch ([schema.type].flat()[0]) {
    case "object":
      return Object.fromEntries(fieldsOf(schema).map(({ name, schema }) => [name, exampleOf(schema)]));
    case "array":
      return typeof schema.items === "object" && !Array.isArray(schema.items) ? [exampleOf(schema.items)] : [];
    case "boolean":
      return false;
    default:
      return null;
  }
}

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** The members of an object, in their order. */
export function fieldsOf(schema: JsonSchema): readonly Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    typeof property === "object"
      ? [{ name, required: schema.required?.includes(name) ?? false, schema: property }]
      : [],
  );
}
