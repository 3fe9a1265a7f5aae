import { describe, expect, it } from "vitest";
import { parseEmail } from "../../src/domain/user.ts";

const LABEL_63 = "d".repeat(63);
const LONGEST = `${"l".repeat(61)}@${LABEL_63}.${LABEL_63}.${"d".repeat(61)}.co`;

describe("an address is taken, in lower case", () => {
  it.each([
    ["ada@example.com", "ada@example.com"],
    ["Ada.Lovelace@Example.COM", "ada.lovelace@example.com"],
    ["a@b.co", "a@b.co"],
    ["ada+tag@example.com", "ada+tag@example.com"],
    ["!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"],
    ["o'brien@example.ie", "o'brien@example.ie"],
    ["1@2.example", "1@2.example"],
    ["ada@sub.sub-domain.example.com", "ada@sub.sub-domain.example.com"],
    ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
    ["ada@example.xn--p1ai", "ada@example.xn--p1ai"],
    [`${"l".repeat(64)}@example.com`, `${"l".repeat(64)}@example.com`],
    [`ada@${LABEL_63}.com`, `ada@${LABEL_63}.com`],
    [LONGEST, LONGEST],
  ])("%s", (given, taken) => {
    expect(parseEmail(given)).toBe(taken);
  });
});

describe("what mail can't reach, or mailers read in two ways, is no address", () => {
  it.each([
    ["nothing", ""],
    ["no @", "ada.example.com"],
    ["no local part", "@example.com"],
    ["no domain", "ada@"],
    ["two @", "ada@home@example.com"],
    ["a domain without a dot", "ada@localhost"],
    ["a last label of one letter", "ada@example.c"],
    ["a last label that begins with a digit", "ada@example.1com"],
    ["an IPv4 address", "ada@127.0.0.1"],
    ["an address literal", "ada@[127.0.0.1]"],
    ["an IPv6 literal", "ada@[IPv6:::1]"],
    ["a quoted local part", '"ada lovelace"@example.com'],
    ["a comment", "ada(home)@example.com"],
    ["a name with the address in brackets", "Ada <ada@example.com>"],
    ["two addresses", "ada@example.com,bob@example.com"],
    ["two addresses with a semicolon", "ada@example.com;bob@example.com"],
    ["a space before", " ada@example.com"],
    ["a space after", "ada@example.com "],
    ["a space inside", "ada lovelace@example.com"],
    ["a line break after", "ada@example.com\n"],
    ["a header behind a line break", "ada@example.com\r\nBcc: bob@example.com"],
    ["a tab", "ada\t@example.com"],
    ["a NUL", "ada\u0000@example.com"],
    ["a dot at the beginning", ".ada@example.com"],
    ["a dot before the @", "ada.@example.com"],
    ["two dots in a row", "ada..lovelace@example.com"],
    ["a dot at the domain's beginning", "ada@.example.com"],
    ["a dot at the domain's end", "ada@example.com."],
    ["an empty label", "ada@example..com"],
    ["a label that begins with a hyphen", "ada@-example.com"],
    ["a label that ends with a hyphen", "ada@example-.com"],
    ["an underscore in the domain", "ada@exam_ple.com"],
    ["a port", "ada@example.com:25"],
    ["a route", "@home.example:ada@example.com"],
    ["a percent hack with two @", "ada%home@example@com.example"],
    ["letters beyond ASCII", "adä@example.com"],
    ["a domain beyond ASCII", "ada@bücher.example"],
    ["a full-width @", "ada\uff20example.com"],
    ["the Kelvin sign, which is k in lower case", "\u212aate@example.com"],
    ["the Kelvin sign in the domain", "ada@boo\u212a.example"],
    ["the dotted capital I of Turkish", "ada@ma\u0130l.example"],
    ["a mark that turns the text around", "ada@example.com\u202e"],
    ["a zero-width space", "ada\u200b@example.com"],
    ["a local part of 65 characters", `${"l".repeat(65)}@example.com`],
    ["a label of 64 characters", `ada@${"d".repeat(64)}.com`],
    ["255 characters", `l${LONGEST}`],
  ])("%s", (_what, given) => {
    expect(parseEmail(given)).toBeNull();
  });

  it("the longest address has 254 characters", () => {
    expect(LONGEST).toHaveLength(254);
  });
});
