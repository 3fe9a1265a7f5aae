import type { Context, Hono } from "hono";
import type { Dialect } from "../wire/dialect.ts";
import type { Http } from "./call.ts";

/** How long others may keep what only a deployment changes. */
const MAX_AGE_SECONDS = 300;

interface Document {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The contract for machines and for people: a document and a page of all dialects, and of each. */
export function mountDocuments(app: Hono<Http>, dialects: readonly Dialect[]): void {
  mountPair(app, { dialects, openapi: "/openapi.json", docs: "/docs" });
  for (const dialect of dialects) {
    const { name } = dialect;
    mountPair(app, { dialects: [dialect], openapi: `/openapi/${name}.json`, docs: `/docs/${name}` });
  }
}

interface Pair {
  readonly dialects: readonly Dialect[];
  readonly openapi: string;
  readonly docs: string;
}

// The writers are imported at the first request for a document: most isolates never see one.
function mountPair(app: Hono<Http>, { dialects, openapi, docs }: Pair): void {
  const writeOpenApi = once(async (origin) => {
    const { openApiOf } = await import("./openapi.ts");
    return { body: JSON.stringify(openApiOf(dialects, { origin })), headers: { "Content-Type": "application/json" } };
  });
  const writeDocs = once(async (origin) => {
    const { docsPage, docsPolicy } = await import("./docs.tsx");
    const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": await docsPolicy() };
    return { body: docsPage(dialects, { origin, openapi }), headers };
  });
  app.get(openapi, (c) => answer(c, writeOpenApi));
  app.get(docs, (c) => answer(c, writeDocs));
}

type Write = (origin: string) => Promise<Document>;

/** Written once an isolate: what is kept is the document, not the promise of it, which belongs to one request. */
function once(write: Write): Write {
  const written = new Map<string, Document>();
  return async (origin) => {
    const document = written.get(origin) ?? (await write(origin));
    written.set(origin, document);
    return document;
  };
}

async function answer(c: Context<Http>, write: Write): Promise<Response> {
  const { body, headers } = await write(c.env.settings.issuer);
  return c.body(body, 200, { ...headers, "Cache-Control": `public, max-age=${MAX_AGE_SECONDS}` });
}
