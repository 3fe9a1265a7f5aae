import { utf8 } from "../crypto/bytes";
import { COMMON_PASSWORDS } from "./common-passwords";

/** After normalization. Bounds the work of hashing; passphrases of 64 characters must fit (NIST SP 800-63B-4 §3.1.1.2). */
export const PASSWORD_MAX_BYTES = 1_024;

/** What is hashed and verified: one spelling however a keyboard composed it (NFKC; NIST SP 800-63B-4 §3.1.1.2). */
export function normalizePassword(text: string): string {
  return text.normalize("NFKC");
}

/**
 * Why `password` can't be the account's new password, as a sentence for its owner, or null when it can.
 * `minLength` counts code points. Only for new passwords: one that was taken once stays good at login.
 */
export function passwordProblem(input: {
  password: string;
  minLength: number;
  email?: string | null | undefined;
  name?: string | null | undefined;
}): { message: string } | null {
  const password = normalizePassword(input.password);
  const message =
    characterProblem(password) ?? lengthProblem(password, input.minLength) ?? guessProblem({ ...input, password });
  return message === null ? null : { message };
}

function characterProblem(password: string): string | null {
  // In UTF-8 every lone surrogate turns into the same U+FFFD, and HMAC pads a short key with NUL (RFC 2104 §2):
  // several passwords would be one.
  if (password.isWellFormed() && !password.includes("\0")) return null;
  return "The password contains a character that can't be used. Please type it again.";
}

function lengthProblem(password: string, minLength: number): string | null {
  // code points, not UTF-16 units: a character beyond U+FFFF counts once (NIST SP 800-63B-4 §3.1.1.2)
  if ([...password].length < minLength) return `Please choose a password of at least ${minLength} characters.`;
  if (utf8(password).length <= PASSWORD_MAX_BYTES) return null;
  return `The password is too long: at most ${PASSWORD_MAX_BYTES.toLocaleString("en")} bytes are allowed.`;
}

function guessProblem(input: {
  password: string;
  email?: string | null | undefined;
  name?: string | null | undefined;
}): string | null {
  const password = folded(input.password);
  const email = folded(input.email ?? "");
  const localPart = email.slice(0, Math.max(0, email.lastIndexOf("@")));
  // spaces alone fold to nothing, and nothing is no email and no name
  if (password === "") return null;
  if (password === email || password === localPart) {
    return "The password can't be your email address or the part of it before the @. Please choose another one.";
  }
  if (password === folded(input.name ?? "")) {
    return "The password can't be your own name. Please choose another one.";
  }
  if (isCommon(password)) {
    return "This password is one of the most common and would be guessed quickly. Please choose another one.";
  }
  return null;
}

function folded(text: string): string {
  return normalizePassword(text).trim().toLowerCase();
}

// decoded at the first new password, not when the Worker starts: most isolates never see one
let common: ReadonlySet<string> | undefined;

function isCommon(foldedPassword: string): boolean {
  common ??= decodeCommonPasswords();
  return common.has(foldedPassword);
}

function decodeCommonPasswords(): ReadonlySet<string> {
  const words = new Set<string>();
  let word = "";
  for (const [, kept = "A", rest = ""] of COMMON_PASSWORDS.matchAll(/([A-Z])([^A-Z\n]*)/g)) {
    word = word.slice(0, kept.charCodeAt(0) - 65) + rest;
    words.add(word);
  }
  return words;
}
