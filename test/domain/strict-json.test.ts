import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "../../src/domain/strict-json.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("strict JSON", () => {
  for (const [what, text] of [
    ["a duplicate member", '{"a":1,"a":1}'],
    ["a duplicate member that an escape hides", '{"sub":1,"s\\u0075b":2}'],
    ["a duplicate member deep inside", '[{"a":{"b":[0,{"c":1,"d":2,"c":3}]}}]'],
    ["a duplicate of the empty name", '{"":1,"":2}'],
    ["a duplicate after a nested object has closed", '{"a":{"b":1},"a":2}'],
    ["a duplicate with white space around it", '{ "a" : 1 ,\n\t"a" : 2 }'],
    ["__proto__", '{"__proto__":{"admin":true}}'],
    ["__proto__ deep inside", '{"a":[{"__proto__":null}]}'],
    ["__proto__ that an escape hides", '{"\\u005f_proto__":1}'],
    ["arrays nested 33 deep", nested(33)],
    ["objects nested 33 deep", '{"a":'.repeat(33) + 1 + "}".repeat(33)],
    ["a lone surrogate in an escape", '{"a":"\\ud800"}'],
    ["a lone surrogate in a member's name", '{"\\udc00":1}'],
    ["a lone surrogate written raw", '{"a":"\ud800"}'],
    ["a pair in the wrong order", '"\\udc00\\ud800"'],
    ["a pair that is half raw, half escaped", '"\ud83d\\ude00"'],
    ["a byte order mark", '\ufeff{"a":1}'],
    ["a comment", '{"a":1/**/}'],
    ["a trailing comma", '{"a":1,}'],
    ["single quotes", "{'a':1}"],
    ["NaN", "NaN"],
    ["a control character in a string", '"\u0001"'],
    ["text after the value", "{}{}"],
    ["an open string", '"abc'],
    ["an open string that ends in a backslash", '"abc\\'],
    ["nothing", ""],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parseStrictJson(text)).toThrow(SyntaxError);
    });
  }

  for (const [what, text] of [
    ["one name in two objects", '[{"a":1},{"a":2},{"b":{"a":3},"a":4}]'],
    ["a value that equals a name", '{"a":"a","b":["a","b","a"]}'],
    ["__proto__ as a value", '{"a":"__proto__","b":["__proto__"]}'],
    ["names of Object.prototype", '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
    ["brackets, quotes and backslashes inside strings", '{"a":"}]{[,:\\"\\\\","b\\\\":"\\\\\\"","c":"\\u005c"}'],
    ["a surrogate pair, escaped or raw", '["\\ud83d\\ude00","😀"]'],
    ["nesting of exactly 32", nested(32)],
    ["many siblings", JSON.stringify(Array.from({ length: 100 }, () => ({})))],
    ["a bare value", " null "],
  ] as const) {
    it(`takes ${what}, as JSON.parse does`, () => {
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    });
  }

  it("drops __proto__ when asked to, at any depth, and changes no prototype", () => {
    const value = parseStrictJson('{"__proto__":{"admin":true},"a":[{"__proto__":1,"b":2}]}', "drop") as object;
    expect(value).toEqual({ a: [{ b: 2 }] });
    expect(Object.getOwnPropertyNames(value)).toEqual(["a"]);
    expect("admin" in value).toBe(false);
  });

  it("refuses duplicates of __proto__ even when it would drop them", () => {
    expect(() => parseStrictJson('{"__proto__":1,"__proto__":2}', "drop")).toThrow(SyntaxError);
  });

  it("never quotes the text in its complaint", () => {
    try {
      parseStrictJson('{"password":hunter2}');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toBe("SyntaxError: not JSON");
    }
  });

  it("stays linear: a megabyte of brackets, quotes or escapes is read in one pass", () => {
    for (const piece of ['"\\\\",', '"[{",', "1,", '{"a":1},']) {
      const text = `[${piece.repeat(1_000_000 / piece.length)}0]`;
      expect(parseStrictJson(text)).toHaveLength(Math.floor(1_000_000 / piece.length) + 1);
    }
    expect(() => parseStrictJson(nested(500_000))).toThrow(SyntaxError);
  });

  it("reads whatever JSON.stringify writes, to the same value", () => {
    const json = fc.jsonValue({ maxDepth: 8, stringUnit: "grapheme" });
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes("__proto__"));
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 8259, numRuns: 500 },
    );
  });

  it("refuses any object once one of its members is written twice", () => {
    const object = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 });
    fc.assert(
      fc.property(object, fc.nat(), (value, pick) => {
        const members = Object.entries(value).map(
          ([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`,
        );
        const twice = [...members, members[pick % members.length]];
        expect(() => parseStrictJson(`{${twice.join()}}`)).toThrow(SyntaxError);
      }),
      { seed: 8259, numRuns: 300 },
    );
  });
});
