import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { REFUSALS } from "../src/domain/error.ts";
import { type Dialect, row } from "../src/wire/dialect.ts";
import { assertDocumented, type Exchange } from "./contract.ts";

const dialect: Dialect = {
  name: "plain",
  title: "Plain",
  summary: "One row that reads a thing.",
  base: "/things",
  rows: [
    row({
      method: "GET",
      path: "/things/:id",
      access: "session",
      summary: "Read a thing",
      run: async () => null,
      answer: v.object({ id: v.string(), inner: v.nullable(v.object({ size: v.number() })) }),
      write: () => ({ id: "", inner: null }),
      headers: { "X-Thing": () => "" },
      refusals: ["not_found"],
    }),
    row({
      method: "GET",
      path: "/things",
      access: "public",
      summary: "Count the things",
      run: async () => null,
      answer: v.object({ count: v.number() }),
      write: () => ({ count: 0 }),
    }),
  ],
  refuse: ({ refusal }) => {
    const status = refusal === "not_found" ? 404 : 401;
    return { status, contentType: "application/json", body: { words: refusal }, words: refusal };
  },
  errorBody: v.object({ words: v.string() }),
};

const GOOD: Exchange = {
  method: "GET",
  path: "/things/1/?page=2",
  status: 200,
  headers: new Headers({ "X-Thing": "1" }),
  json: { id: "1", inner: { size: 1 } },
  refusal: null,
};
const MISSING: Exchange = {
  ...{ ...GOOD, status: 404, headers: new Headers() },
  ...{ json: { words: "not_found" }, refusal: "not_found" },
};

const check = (base: Exchange, changes: Partial<Exchange> = {}) =>
  assertDocumented([dialect], { ...base, ...changes } as Exchange);

describe("what every answer in the tests is held to", () => {
  it("lets pass what is documented, and what has no body or no row", () => {
    check(GOOD);
    check(GOOD, { json: { id: "1", inner: null } });
    check(MISSING);
    check(GOOD, { method: "HEAD", json: null });
    check(GOOD, { path: "/.well-known/jwks.json", json: { keys: [] } });
    check(MISSING, { path: "/elsewhere" });
  });

  it.each([
    ["a field that is not documented", { json: { id: "1", inner: null, password_hash: "x" } }],
    ["such a field deep inside", { json: { id: "1", inner: { size: 1, secret: true } } }],
    ["a field that is missing", { json: { inner: null } }],
    ["a field of another type", { json: { id: 1, inner: null } }],
    ["no JSON at all", { json: null }],
    ["another good status", { status: 201 }],
    ["a documented header that is missing", { headers: new Headers() }],
    ["new tokens where none are documented", { headers: new Headers({ "X-Thing": "1", "X-New-Access-Token": "t" }) }],
  ])("refuses %s", (_what, changes) => {
    expect(() => check(GOOD, changes)).toThrow("GET /things/1/?page=2 answered");
  });

  it("refuses a limit that is not documented", () => {
    const count = { ...GOOD, path: "/things", json: { count: 0 } };
    check(count, { headers: new Headers() });
    expect(() => check(count, { headers: new Headers({ RateLimit: '"x";r=1' }) })).toThrow("answered");
  });

  it.each([
    ["a refusal that the row does not document", { refusal: "email_taken" }],
    ["a refusal that the log does not tell", { refusal: null }],
    ["another status than the refusal's", { status: 401 }],
    ["an error body that is not the dialect's", { json: { error: "not_found" } }],
    ["an error body with more in it", { json: { words: "not_found", stack: "at ..." } }],
    ["a foreign error body where there is no row", { path: "/elsewhere", json: "Not Found" }],
  ])("refuses %s", (_what, changes) => {
    expect(() => check(MISSING, changes)).toThrow("answered");
  });

  it("knows the refusals by the row's columns", () => {
    const taken = REFUSALS.filter((refusal) => {
      try {
        check(MISSING, { refusal, status: refusal === "not_found" ? 404 : 401 });
        return true;
      } catch {
        return false;
      }
    });
    const always = ["unavailable", "misconfigured", "internal"];
    expect(taken).toEqual(["not_found", "unauthenticated", "forbidden", "too_many_requests", ...always]);
  });
});
