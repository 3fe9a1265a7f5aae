import { REFUSALS, type Refusal } from "../domain/error.ts";
import {
  CALLABLE_BY,
  type CredentialKind,
  callableBy,
  isLimited,
  isRenewing,
  refusalsOf,
  repeatOf,
} from "../wire/answers.ts";
import type { Dialect, Method, RefusalAnswer, Row } from "../wire/dialect.ts";
import { exampleOf, type Field, fieldsOf, type JsonSchema, jsonSchemaOf } from "./json-schema.ts";

// What the documents say of a dialect, all of it derived from the rows: OpenAPI and the page are two ways to write it down.

export interface Described {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly endpoints: readonly Endpoint[];
  readonly error: Content;
  /** every refusal there is, in this dialect's words */
  readonly refusals: readonly DescribedRefusal[];
}

export interface Endpoint {
  /** unique among all dialects: `datix-delete-sessions-id` */
  readonly id: string;
  readonly dialect: string;
  readonly method: Method;
  /** `/v1/auth/sessions/{id}` */
  readonly path: string;
  readonly summary: string;
  readonly callableBy: string;
  /** any one of them opens it; none: anyone may call */
  readonly takes: readonly CredentialKind[];
  readonly params: readonly Field[];
  readonly query: readonly Field[];
  readonly body: Content | null;
  readonly status: number;
  readonly answer: Content;
  /** it is there as CSV too */
  readonly hasCsv: boolean;
  /** headers that are part of the answer's contract */
  readonly headers: readonly string[];
  readonly isLimited: boolean;
  /** takes `X-Refresh-Token`: an expired access token is renewed in passing */
  readonly isRenewing: boolean;
  /** answered instead, when it was renewed and not carried out */
  readonly repeat: object | null;
  readonly refusals: readonly DescribedRefusal[];
}

export interface Content {
  readonly schema: JsonSchema;
  readonly example: unknown;
}

export interface DescribedRefusal extends RefusalAnswer {
  readonly refusal: Refusal;
}

export function describe(dialect: Dialect): Described {
  const { name, title, summary } = dialect;
  return {
    ...{ name, title, summary },
    endpoints: dialect.rows.map((row) => endpointOf(dialect, row)),
    error: contentOf(jsonSchemaOf(dialect.errorBody, "output")),
    refusals: refusalsIn(dialect, { refusals: REFUSALS, instance: `${dialect.base}/` }),
  };
}

function endpointOf(dialect: Dialect, row: Row): Endpoint {
  const path = row.path.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}");
  const { takes } = CALLABLE_BY[row.access];
  return {
    ...{ method: row.method, path, summary: row.summary, takes, status: row.status, headers: row.headers },
    dialect: dialect.name,
    id: idOf(dialect, { method: row.method, path }),
    callableBy: callableBy(row),
    params: row.params === undefined ? [] : fieldsOf(jsonSchemaOf(row.params, "input")),
    query: row.query === undefined ? [] : fieldsOf(jsonSchemaOf(row.query, "input")),
    body: row.body === undefined ? null : contentOf(jsonSchemaOf(row.body, "input")),
    answer: contentOf(jsonSchemaOf(row.answer, "output")),
    hasCsv: row.hasCsv,
    isLimited: isLimited(row),
    isRenewing: isRenewing(dialect, row),
    repeat: repeatOf(dialect, row),
    refusals: refusalsIn(dialect, { refusals: refusalsOf(row), instance: path }),
  };
}

function idOf(dialect: Dialect, { method, path }: { method: Method; path: string }): string {
  const words = path.slice(dialect.base.length).match(/\w+/g) ?? [];
  return [dialect.name, method.toLowerCase(), ...words].join("-");
}

function contentOf(schema: JsonSchema): Content {
  return { schema, example: exampleOf(schema) };
}

const EXAMPLE_REQUEST_ID = "req_5Jt2mVh8QxWc0aYp3LrNeB";

function refusalsIn(
  dialect: Dialect,
  { refusals, instance }: { refusals: readonly Refusal[]; instance: string },
): readonly DescribedRefusal[] {
  const asked = { message: null, field: null, requestId: EXAMPLE_REQUEST_ID, instance };
  return refusals
    .map((refusal) => ({ refusal, ...dialect.refuse({ refusal, ...asked }) }))
    .toSorted((a, b) => a.status - b.status);
}
