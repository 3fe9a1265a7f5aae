import source from "@zxcvbn-ts/language-common/src/passwords.json";
import { describe, expect, test } from "vitest";
import { normalizePassword, PASSWORD_MAX_BYTES, passwordProblem } from "../../src/domain/password";

const account = { minLength: 8, email: "Anna.Lindqvist@Example.com", name: "Anna Lindqvist" };
const problem = (password: string, others: Partial<Parameters<typeof passwordProblem>[0]> = {}) =>
  passwordProblem({ ...account, ...others, password })?.message ?? null;

describe("length", () => {
  test.each(["sjuttio7", "åäöåäö åäö", "🔑🚪🗝️🔒🧷🪪🧲🪛", "no composition rules here", "9471620385"])(
    "%s is taken",
    (password) => {
      expect(problem(password)).toBeNull();
    },
  );

  test("counts code points, not UTF-16 units", () => {
    expect(problem("🔑".repeat(7))).toContain("at least 8 characters");
    expect(problem("🔑".repeat(8))).toBeNull();
  });

  test("counts after normalization: seven composed letters are seven, however they were typed", () => {
    expect(problem("e\u0301".repeat(7))).toContain("at least 8");
    expect(problem("\u00e9\u00e8".repeat(4))).toBeNull();
  });

  test("follows the minimum that is set", () => {
    expect(problem("fjorton tecken", { minLength: 15 })).toContain("at least 15");
    expect(problem("femton  tecken!", { minLength: 15 })).toBeNull();
  });

  test("of 1,024 bytes is taken, one byte more is refused and not cut", () => {
    const longest = "0123456789abcde ".repeat(PASSWORD_MAX_BYTES / 16);
    expect(problem(longest)).toBeNull();
    expect(problem(`${longest}x`)).toContain("1,024 bytes");
    expect(problem("ö".repeat(512))).toBeNull();
    expect(problem("ö".repeat(513))).toContain("too long");
  });

  test("is measured after normalization: one character may become eighteen", () => {
    expect(problem("\ufdfa".repeat(40))).toContain("too long");
  });
});

describe("characters", () => {
  test("a lone surrogate or a NUL is refused: several passwords would be one", () => {
    for (const password of ["lyckad nyckel\ud83d", "\udd11lyckad nyckel", "lyckad nyckel\0", "\0\0\0\0\0\0\0\0"]) {
      expect(problem(password)).toContain("can't be used");
    }
  });

  test("normalization gives one spelling to what looks alike, and leaves case and spaces", () => {
    expect(normalizePassword("e\u0301 ﬁ Ⅳ １")).toBe("é fi IV 1");
    expect(normalizePassword(" Big  Small ")).toBe(" Big  Small ");
  });
});

describe("guesses", () => {
  test.each(["password", "Password123", "12345678", "QWERTYUIOP", "iloveyou", "ｐａｓｓｗｏｒｄ", " password1 "])(
    "%s is refused as common",
    (password) => {
      expect(problem(password)).toContain("most common");
    },
  );

  test("the list is the 5,000 most common of the package, every one of them and the next one not", () => {
    const words = new Set(
      source.map((word) => word.normalize("NFKC").toLowerCase()).filter((word) => word.length >= 8),
    );
    const ranked = [...words];
    const refused = ranked.filter((word) => problem(word) !== null);
    expect(refused).toEqual(ranked.slice(0, 5_000));
  });

  test("the account's own email, the part before the @ and the name are refused in any case", () => {
    for (const password of ["anna.lindqvist@example.com", "ANNA.LINDQVIST"]) {
      expect(problem(password)).toContain("email address");
    }
    expect(problem("anna LINDQVIST")).toContain("own name");
  });

  test("another account's email is no reason", () => {
    expect(problem("bo.lindqvist@example.com")).toBeNull();
    expect(problem("anna.lindqvist", { email: null, name: undefined })).toBeNull();
    expect(problem("lindqvist", { email: "lindqvist", name: "" })).toContain("email");
  });

  test("spaces alone are not an empty name or email", () => {
    expect(problem(" ".repeat(9), { email: "", name: "" })).toBeNull();
  });
});

test("each problem is a whole sentence that repeats nothing of the password", () => {
  for (const password of [
    "short",
    "password1",
    "anna.lindqvist",
    "Anna Lindqvist",
    "x".repeat(2_000),
    "nul\0nul\0nul",
  ]) {
    const message = problem(password);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(message).not.toContain(password);
  }
});
