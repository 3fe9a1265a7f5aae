import { describe, expect, it } from "vitest";
import { AuthError, whyOf } from "../../src/domain/error.ts";

describe("what the log hears of an error", () => {
  it("of our own refusals is our own sentence", () => {
    expect(whyOf(new AuthError("unauthenticated", "the session has ended"))).toBe("the session has ended");
  });

  it("of anybody else's is its kind and its place, and nothing of its message, which may quote the input", () => {
    for (const message of ["CANARY", "CANARY\nCANARY", "\n    at CANARY (CANARY.ts:1:1)", ""]) {
      const why = whyOf(new TypeError(message, { cause: new Error("CANARY") }));
      expect(why).toMatch(/^TypeError at .+:\d+:\d+/);
      expect(why).not.toContain("CANARY");
    }
  });

  it("of what is no error at all is that", () => {
    for (const thrown of ["CANARY", { message: "CANARY" }, null, undefined]) expect(whyOf(thrown)).toBe("not an error");
  });

  it("an error whose stack was taken away still has its kind", () => {
    const error = new RangeError("CANARY");
    Object.assign(error, { stack: undefined });
    expect(whyOf(error)).toBe("RangeError no stack");
  });
});
