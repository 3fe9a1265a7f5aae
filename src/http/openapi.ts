import type { CredentialKind } from "../wire/answers.ts";
import type { Dialect } from "../wire/dialect.ts";
import { type Described, type DescribedRefusal, describe, type Endpoint } from "./endpoint.ts";

/** The package's: a test compares them. */
const VERSION = "0.1.0";

/** OpenAPI 3.1 of one or more dialects. `origin` is where they answer, such as `https://auth.example.com`. */
export function openApiOf(documented: readonly Dialect[], { origin }: { origin: string }) {
  const dialects = documented.map(describe);
  const endpoints = dialects.flatMap((dialect) => dialect.endpoints);
  return {
    openapi: "3.1.1",
    info: {
      title: dialects.length === 1 ? `Latchkey: ${dialects[0]?.title}` : "Latchkey",
      description: "Every path answers with and without its trailing slash. Times are UTC.",
      version: VERSION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: origin }],
    tags: dialects.map(({ name, summary }) => ({ name, description: summary })),
    paths: pathsOf(endpoints),
    components: {
      schemas: Object.fromEntries(dialects.map(({ name, error }) => [errorName(name), error.schema])),
      examples: Object.fromEntries(dialects.flatMap(examplesOf)),
      headers: HEADERS,
      securitySchemes: Object.fromEntries(
        [...new Set(endpoints.flatMap(({ takes }) => takes))].map((kind) => [kind, SECURITY_SCHEMES[kind]]),
      ),
    },
  };
}

const SECURITY_SCHEMES: Readonly<Record<CredentialKind, object>> = {
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An access token, as login answers it" },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
};

const text = (description: string) => ({ description, schema: { type: "string" } });

/** The names are those of the wire. */
const HEADERS = {
  "X-Request-Id": text("Names the request in the log"),
  "WWW-Authenticate": text("Bearer (RFC 6750)"),
  "RateLimit-Policy": text('The limits that hold here, such as "login";q=10;w=900: 10 in 900 seconds'),
  RateLimit: text('What is left of them, such as "login";r=4;t=370: 4 more, all of them again in 370 seconds'),
  "Retry-After": { description: "Seconds until another try makes sense", schema: { type: "integer" } },
  "X-New-Access-Token": text("The old access token had expired: the next one"),
  "X-New-Refresh-Token": text("The refresh token that goes with it"),
};

function pathsOf(endpoints: readonly Endpoint[]): Record<string, Record<string, object>> {
  const paths = [...Map.groupBy(endpoints, ({ path }) => path)].map(([path, same]) => [
    path,
    Object.fromEntries(same.map((endpoint) => [endpoint.method.toLowerCase(), operationOf(endpoint)])),
  ]);
  return Object.fromEntries(paths);
}

function operationOf(endpoint: Endpoint): object {
  const { id, dialect, summary, callableBy, takes, params, query, body, isRenewing } = endpoint;
  const inPath = params.map(({ name, schema }) => ({ name, in: "path", required: true, schema }));
  const inQuery = query.map(({ name, required, schema }) => ({ name, in: "query", required, schema }));
  const renewal = { name: "X-Refresh-Token", in: "header", schema: { type: "string" } };
  const parameters = [...inPath, ...inQuery, ...(isRenewing ? [renewal] : [])];
  return {
    operationId: id,
    tags: [dialect],
    summary,
    description: `Who may call: ${callableBy}.`,
    security: takes.map((kind) => ({ [kind]: [] })),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === null ? {} : { requestBody: { required: true, content: { "application/json": body } } }),
    responses: responsesOf(endpoint),
  };
}

function responsesOf(endpoint: Endpoint): Record<string, object> {
  const { dialect, status, headers, hasCsv, isLimited, isRenewing, refusals } = endpoint;
  const always = ["X-Request-Id", ...(isLimited ? ["RateLimit", "RateLimit-Policy"] : [])];
  const responses: Record<string, object> = {
    [status]: {
      description: "Done",
      headers: {
        ...headersOf([...always, ...(isRenewing ? ["X-New-Access-Token", "X-New-Refresh-Token"] : [])]),
        ...Object.fromEntries(headers.map((name) => [name, { required: true, schema: { type: "string" } }])),
      },
      content: { "application/json": answerOf(endpoint), ...(hasCsv ? CSV : {}) },
    },
  };
  for (const [status, same] of Map.groupBy(refusals, (refusal) => refusal.status)) {
    responses[status] = {
      description: same.map(({ refusal }) => refusal).join(" or "),
      headers: headersOf([...always, ...headersOfStatus(status)]),
      content: errorContent(dialect, same),
    };
  }
  return responses;
}

const CSV = { "text/csv": { schema: { type: "string" } } };

function answerOf({ answer, repeat }: Endpoint): object {
  if (repeat === null) return answer;
  const examples = { done: { value: answer.example }, renewed: { value: repeat } };
  return { schema: { anyOf: [answer.schema, { type: "object", const: repeat }] }, examples };
}

function headersOfStatus(status: number): string[] {
  if (status === 401) return ["WWW-Authenticate"];
  return status === 429 || status === 503 ? ["Retry-After"] : [];
}

function headersOf(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function errorContent(dialect: string, refusals: readonly DescribedRefusal[]): Record<string, object> {
  const schema = { $ref: `#/components/schemas/${errorName(dialect)}` };
  const examples = Object.fromEntries(
    refusals.map(({ refusal }) => [refusal, { $ref: `#/components/examples/${exampleName(dialect, refusal)}` }]),
  );
  return Object.fromEntries(refusals.map(({ contentType }) => [contentType, { schema, examples }]));
}

function examplesOf({ name, refusals }: Described): [string, object][] {
  return refusals.map(({ refusal, status, body }) => [
    exampleName(name, refusal),
    { summary: `${status} ${refusal}`, value: body },
  ]);
}

function errorName(dialect: string): string {
  return `${dialect}.Error`;
}

function exampleName(dialect: string, refusal: string): string {
  return `${dialect}.${refusal}`;
}
