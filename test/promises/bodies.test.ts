import * as v from "valibot";
import { beforeAll, describe, expect, it } from "vitest";
import { DIALECTS } from "../../src/http/app.ts";
import type { Row } from "../../src/wire/dialect.ts";
import { type Answered, type Asked, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";
import { fieldsOf, isEmail, pathOf, sampleOf, takesBody } from "./samples.ts";

let world: World;
let token: string;

// Nothing here gets as far as a story, so that one account serves them all.
beforeAll(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
  token = await logIn(world);
});

const JSON_TYPE = { "Content-Type": "application/json" };

const deep = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const bytes = (...parts: (string | number[])[]) =>
  new Blob(parts.map((part) => (typeof part === "string" ? part : Uint8Array.from(part))));

/** Sent in chunks, so without a Content-Length. */
function chunked(text: string, pieces = 4): ReadableStream {
  const encoded = new TextEncoder().encode(text);
  const size = Math.ceil(encoded.length / pieces);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= encoded.length) return controller.close();
      controller.enqueue(encoded.slice(at, at + size));
      at += size;
    },
  });
}

const TWO_MEGABYTES = JSON.stringify({ email: "x".repeat(2 * 1024 * 1024) });

/** What is no JSON of one meaning, on whatever row. */
const NOT_JSON: Readonly<Record<string, BodyInit>> = {
  "half an object": '{"email":',
  "two values": "{}{}",
  "a comment": "/* */ {}",
  "a trailing comma": '{"a":1,}',
  "white space": "  \n",
  "a byte order mark": "\ufeff{}",
  "a form": "email=ada%40example.com",
  "5,000 nested arrays": deep(5_000),
  "5,000 nested arrays in a member": `{"a":${deep(5_000)}}`,
  "5,000 open brackets": "[".repeat(5_000),
  "a member twice": '{"email":"a@example.com","email":"b@example.com"}',
  "a member twice, once escaped": '{"email":"a@example.com","em\\u0061il":"b@example.com"}',
  "the key __proto__": '{"__proto__":{"role":"admin"}}',
  "the key __proto__, escaped": '{"\\u005f_proto__":1}',
  "the key __proto__, nested": '{"a":[{"__proto__":{}}]}',
  "a lone surrogate": '{"full_name":"\\ud83d"}',
  "a lone surrogate in a key": '{"\\udd11":1}',
  "bytes that are not UTF-8": bytes('{"a":"', [0xff, 0xfe], '"}'),
  "UTF-16": bytes([0xff, 0xfe, 0x7b, 0, 0x7d, 0]),
  "an overlong NUL": bytes('{"a":"', [0xc0, 0x80], '"}'),
  "surrogates in UTF-8": bytes('{"a":"', [0xed, 0xa0, 0xbd], '"}'),
  "a bare control character": '{"a":"\0"}',
  gzip: bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
};

const WRONG_TYPES = [undefined, null, 7, true, [], ["ada@example.com"], {}, "", "\0", "\ud83d", "x\r\nBcc: y"];

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))("%s", (_, dialect) => {
  const taking = dialect.rows.filter(takesBody).map((row) => [`${row.method} ${row.path}`, row] as const);
  const reading = taking.filter(([, row]) => fieldsOf(row).length > 0);

  const send = (row: Row, asked: Asked) => world.ask(pathOf(row), { method: row.method, token, ...asked });

  /** Refused, as JSON in the dialect's words, with the field at fault by name. */
  function expectRefused(answer: Answered, { status, field }: { status: number; field: string }): void {
    expect(answer.status).toBe(status);
    const { contentType, body } = dialect.refuse({
      ...{ refusal: "not_json" as const, message: null, field: null, requestId: "", instance: "" },
    });
    expect(answer.headers.get("Content-Type")).toBe(contentType);
    expect(Object.keys(answer.json)).toEqual(expect.arrayContaining(Object.keys(body as object)));
    expect(answer.text).toContain(field);
  }

  describe.each(taking)("%s", (_, row) => {
    it.each(Object.entries(NOT_JSON))("%s is 400", async (_, body) => {
      expectRefused(await send(row, { headers: JSON_TYPE, body }), { status: 400, field: "body" });
    });

    it("2 MB are 413, with and without a Content-Length, whatever the type", async () => {
      for (const headers of [JSON_TYPE, { "Content-Type": "text/plain" }]) {
        for (const body of [TWO_MEGABYTES, chunked(TWO_MEGABYTES)]) {
          expectRefused(await send(row, { headers, body }), { status: 413, field: "body" });
        }
      }
    });

    it.each([
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonp",
      "application/json, text/plain",
      "json",
      "",
    ])("a body of the type %j is 415", async (type) => {
      const answer = await send(row, { headers: { "Content-Type": type }, body: JSON.stringify(sampleOf(row)) });
      expectRefused(answer, { status: 415, field: "body" });
    });

    it("a body without a type is 415", async () => {
      expectRefused(await send(row, { body: bytes("{}") }), { status: 415, field: "body" });
    });
  });

  describe.each(reading)("%s", (_, row) => {
    it.each(["null", "[]", '[{"email":"ada@example.com"}]', '"text"', "7", "true"])("%s is 400", async (body) => {
      expectRefused(await send(row, { headers: JSON_TYPE, body }), { status: 400, field: "body" });
    });

    it("no body at all is 400", async () => {
      expectRefused(await send(row, {}), { status: 400, field: "body" });
    });

    it.each(fieldsOf(row).map((field) => [field.name, field] as const))(
      "%s of a wrong type is 400",
      async (_, field) => {
        const wrong = WRONG_TYPES.filter((value) => !v.is(field.schema, value));
        expect(wrong.length).toBeGreaterThan(5);
        for (const value of wrong) {
          // Half a character is no JSON of one meaning: then the body is at fault.
          const isText = value !== "\ud83d";
          const answer = await send(row, { json: { ...sampleOf(row), [field.name]: value } });
          expectRefused(answer, { status: 400, field: isText ? field.name : "body" });
        }
      },
    );

    it("what is wrong is never repeated", async () => {
      for (const { name, schema } of fieldsOf(row)) {
        for (const value of ["canary-value\0", ["canary-value"], { canary: "canary-value" }, 4_242_424_242]) {
          if (v.is(schema, value)) continue;
          const answer = await send(row, { json: { ...sampleOf(row), [name]: value } });
          expect(answer.status).toBe(400);
          expect(answer.text).not.toMatch(/canary|4242424242/);
        }
      }
    });

    it("an email of two lines, or with what a mailer would read otherwise, is 400", async () => {
      for (const field of fieldsOf(row).filter(isEmail)) {
        for (const email of [
          "a@example.com\r\nBcc: b@example.com",
          "a@example.com\n",
          "a@example.com\0",
          "a@b.c,d@e.f",
        ]) {
          const answer = await send(row, { json: { ...sampleOf(row), [field.name]: email } });
          expectRefused(answer, { status: 400, field: field.name });
        }
      }
    });
  });
});

describe("a body in chunks, without a Content-Length", () => {
  it("is read like any other, also where a chunk ends within a character", async () => {
    const text = JSON.stringify({ full_name: "Åda 🔑 Lövelace" });
    const path = "/v1/auth/me";
    for (const pieces of [1, 2, text.length + 10]) {
      const answer = await world.ask(path, { method: "PATCH", token, headers: JSON_TYPE, body: chunked(text, pieces) });
      expect(answer.json.full_name).toBe("Åda 🔑 Lövelace");
    }
  });

  it("that breaks off is 400, not 5xx", async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error("gone")),
    });
    const answer = await world.ask("/v1/auth/me", { method: "PATCH", token, headers: JSON_TYPE, body });
    expect(answer.status).toBe(400);
  });

  it("is not read past the cap", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024).fill(0x20));
      },
    });
    const answer = await world.ask("/v1/auth/login", { headers: JSON_TYPE, body: endless });
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(128 * 1024);
  });
});

describe("the body's type", () => {
  it.each(["application/json", "Application/JSON; charset=utf-8", "application/problem+json"])(
    "%s is JSON",
    async (type) => {
      const body = JSON.stringify({ full_name: "Ada" });
      const answer = await world.ask("/v1/auth/me", {
        method: "PATCH",
        token,
        headers: { "Content-Type": type },
        body,
      });
      expect(answer.status).toBe(200);
    },
  );

  it("of a body of no bytes doesn't matter: curl -d '' logs out too", async () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const other = await logIn(world);
    const answer = await world.ask("/v1/auth/logout", { method: "POST", token: other, headers, body: "" });
    expect(answer.status).toBe(200);
  });

  it("a GET with a body type and none of the body is answered", async () => {
    expect((await world.ask("/v1/auth/me", { token, headers: JSON_TYPE })).status).toBe(200);
  });
});
