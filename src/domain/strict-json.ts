/** Deeper than any token or request of ours, shallow enough for whoever walks the value by recursion. */
const MAX_NESTING = 32;

/**
 * JSON with one reading only. Beyond what JSON.parse refuses: two members of one name in one object (RFC 8259 §4 leaves
 * the winner open, so two parsers may read two different tokens), nesting past 32, strings that are not Unicode
 * (RFC 8259 §8.2), and the member `__proto__`, which a later `target[name] = value` would turn into a prototype.
 * `drop` leaves that member out instead: RFC 7519 §4 wants claims that are not understood to be ignored.
 * Throws a SyntaxError that never repeats the input. Time is linear in the length of the text.
 */
export function parseStrictJson(text: string, protoMember: "refuse" | "drop" = "refuse"): unknown {
  const value = parse(text);
  if (!text.isWellFormed()) throw new SyntaxError("JSON with a lone surrogate");
  if (!checkMembers(text)) return value;
  if (protoMember === "refuse") throw new SyntaxError("JSON with a member __proto__");
  return JSON.parse(text, (name, member) => (name === "__proto__" ? undefined : member));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // V8's own message quotes the text, and the text may hold a password
    throw new SyntaxError("not JSON");
  }
}

/** Walks over text that JSON.parse took, so that quotes and brackets pair up. True when a member is called `__proto__`. */
function checkMembers(text: string): boolean {
  const open: (Set<string> | null)[] = []; // for each open object the names it has so far, for an array null
  let before = ""; // the last character that is structure
  let sawProto = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      const end = endOfString(text, at);
      const string = readString(text.slice(at, end + 1));
      const names = open.at(-1);
      if (names && before !== ":") {
        if (names.has(string)) throw new SyntaxError("JSON with a duplicate member");
        names.add(string);
        sawProto ||= string === "__proto__";
      }
      at = end;
    } else if (char === "{" || char === "[") {
      if (open.push(char === "{" ? new Set() : null) > MAX_NESTING) throw new SyntaxError("JSON nested too deep");
      before = char;
    } else if (char === "}" || char === "]") {
      open.pop();
      before = char;
    } else if (char === "," || char === ":") {
      before = char;
    }
  }
  return sawProto;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return at;
}

/** Names are compared after unescaping (RFC 8259 §8.3), and only an escape can hide a lone surrogate by now. */
function readString(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  const string = String(JSON.parse(quoted));
  if (!string.isWellFormed()) throw new SyntaxError("JSON with a lone surrogate");
  return string;
}
