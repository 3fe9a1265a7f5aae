import * as v from "valibot";
import { beforeAll, describe, expect, it } from "vitest";
import { base64, sha256 } from "../../src/crypto/bytes.ts";
import { REFUSALS } from "../../src/domain/error.ts";
import { createApp, DIALECTS } from "../../src/http/app.ts";
import { describe as describeDialect } from "../../src/http/endpoint.ts";
import { type Dialect, type Row, row } from "../../src/wire/dialect.ts";
import { type Answered, emptyStorage, startWorld, type World } from "../world.ts";

let world: World;
beforeAll(async () => {
  await emptyStorage();
  world = startWorld({ ISSUER: "http://localhost:8787" });
});

/** Where each thing stands: all dialects together, and each by itself. */
const DOCUMENTS = [
  { openapi: "/openapi.json", docs: "/docs", dialects: DIALECTS },
  ...DIALECTS.map((dialect) => ({
    openapi: `/openapi/${dialect.name}.json`,
    docs: `/docs/${dialect.name}`,
    dialects: [dialect],
  })),
];

const templateOf = ({ path }: Row) => path.replace(/:(\w+)/g, "{$1}");

/** The page as it is read: its text without the markup. */
function textOf(html: string): string {
  const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return html
    .replace(/<style>.*<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity);
}

async function gzipped(text: string): Promise<number> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

describe.each(DOCUMENTS)("$openapi and $docs", ({ openapi, docs, dialects }) => {
  let document: Answered;
  let page: Answered;
  beforeAll(async () => {
    document = await world.ask(openapi);
    page = await world.ask(docs);
  });

  it("hold every row that is routed, and no other", () => {
    const { routes } = createApp();
    const rows = dialects.flatMap((dialect) => dialect.rows);
    const text = textOf(page.text);
    for (const row of rows) {
      const template = templateOf(row);
      expect(routes).toContainEqual(expect.objectContaining({ method: row.method, path: row.path.replace(/\/$/, "") }));
      expect(document.json.paths[template][row.method.toLowerCase()].summary).toBe(row.summary);
      expect(text).toContain(`${row.summary}.`);
    }
    const operations = Object.values(document.json.paths).flatMap((path) => Object.keys(path as object));
    expect(operations).toHaveLength(rows.length);
    expect(page.text.match(/<h3/g)).toHaveLength(rows.length + dialects.length);
  });

  it("give a curl for each endpoint, with this deployment's own address", () => {
    const text = textOf(page.text);
    for (const { method, path } of dialects.flatMap((dialect) => describeDialect(dialect).endpoints)) {
      const start = path.replace(/\{.*/, "");
      expect(text).toContain(`curl ${method === "GET" ? "" : `-X ${method} `}http://localhost:8787${start}`);
    }
    expect(document.json.servers).toEqual([{ url: "http://localhost:8787" }]);
  });

  it("tell every refusal that there is, with its status", () => {
    const text = textOf(page.text).replace(/\s+/g, " ");
    for (const { name, refuse } of dialects) {
      for (const refusal of REFUSALS) {
        const { status, body, words } = refuse({
          ...{ refusal, message: null, field: null },
          ...{ requestId: "req_5Jt2mVh8QxWc0aYp3LrNeB", instance: expect.any(String) },
        });
        const example = document.json.components.examples[`${name}.${refusal}`];
        expect(example).toEqual({ summary: `${status} ${refusal}`, value: body });
        expect(text).toContain(`${status} ${refusal} ${words}`);
      }
    }
  });

  it("may be kept for five minutes", () => {
    for (const { status, headers } of [document, page]) {
      expect(status).toBe(200);
      expect(headers.get("Cache-Control")).toBe("public, max-age=300");
    }
  });

  it("is a page of under 30 kB that needs no script and no other host", async () => {
    const { text, headers } = page;
    expect(await gzipped(text)).toBeLessThan(30_000);
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|javascript:/i);
    const links = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !/^(#|\/[^/]|data:image\/svg)/.test(link))).toEqual([]);
    const style = /<style>(.*)<\/style>/s.exec(text)?.[1] ?? "";
    expect(style).not.toMatch(/url\(|@import/);
    const policy = headers.get("Content-Security-Policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${base64(sha256(style))}'`);
    expect(policy).not.toContain("unsafe");
  });

  it("is a page whose every link inside it leads somewhere", () => {
    const ids = [...page.text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...page.text.matchAll(/(?:href="#|aria-labelledby=")([^"]*)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  });
});

it("a dialect that there is not has no document", async () => {
  expect((await world.ask("/openapi/none.json")).status).toBe(404);
  expect((await world.ask("/docs/none")).status).toBe(404);
});

describe("a field that is renamed in the shapes", () => {
  const renamed = (name: string): Dialect => ({
    ...{ name: "plain", title: "Plain", summary: "One row.", base: "/plain" },
    rows: [
      row({
        ...{ method: "POST", path: "/plain", access: "public", summary: "Echo" },
        read: { body: v.object({ [name]: v.pipe(v.string("must be a string"), v.examples(["hello"])) }) },
        run: async (_core, { body }) => body,
        answer: v.object({ [name]: v.pipe(v.string(), v.examples(["hello"])) }),
        write: (body) => body,
      }),
    ],
    refuse: ({ refusal, message }) => {
      const words = message ?? refusal;
      return { status: 400, contentType: "application/json", body: { words }, words };
    },
    errorBody: v.object({ words: v.string() }),
  });

  it.each(["greeting", "salutation"])("is %s in the route, the document and the page", async (name) => {
    const app = createApp([renamed(name)]);
    const get = async (path: string) => (await app.request(path, {}, world.core)).text();
    const headers = { "Content-Type": "application/json" };
    const post = (body: object) =>
      app.request("/plain", { method: "POST", headers, body: JSON.stringify(body) }, world.core);

    expect(await (await post({ [name]: "hi" })).json()).toEqual({ [name]: "hi" });
    expect(await (await post({ other: "hi" })).json()).toEqual({ words: `${name} is required` });
    const operation = JSON.parse(await get("/openapi.json")).paths["/plain"].post;
    const media = "application/json";
    for (const content of [operation.requestBody.content[media], operation.responses[200].content[media]]) {
      expect(Object.keys(content.schema.properties)).toEqual([name]);
      expect(content.example).toEqual({ [name]: "hello" });
    }
    const text = textOf(await get("/docs"));
    expect(text.split(`"${name}": "hello"`)).toHaveLength(3); // in the curl, and in the answer
  });
});
