import * as v from "valibot";
import { PASSWORD_MAX_BYTES } from "../domain/password.ts";
import { EMAIL_MAX_LENGTH, parseEmail, parsePhone } from "../domain/user.ts";

// The fields that several dialects share: the same rules whatever the vendor calls them.
// What a rule in code can't tell the documents stands beside it as metadata, in the words of JSON Schema.

/** A field with the value that the documents show for it. */
export function sample<Schema extends v.GenericSchema>(schema: Schema, shown: v.InferOutput<Schema>) {
  return v.pipe(schema, v.examples([shown]));
}

/** A field with what the documents show for it and say of it. */
export function described<Schema extends v.GenericSchema>(schema: Schema, shown: v.InferOutput<Schema>, words: string) {
  return v.pipe(schema, v.examples([shown]), v.description(words));
}

/** Text in an answer, and what the documents show for it. */
export function text(shown: string) {
  return sample(v.string(), shown);
}

/** A body may hold more than the contract names: what isn't named is ignored. */
export const body = v.object;

/** Characters that no name or label has a use for: C0, DEL, C1, and the line separators that split a mail header or a log line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Text of one line, `least` to `most` characters, its outer white space dropped. */
export function line(most = 200, least = 1) {
  return v.pipe(
    v.string("must be a string"),
    // JSON Schema counts characters as we do, valibot UTF-16 units
    v.metadata({ maxLength: most }),
    v.check(
      (text) => text.isWellFormed() && !CONTROL.test(text),
      "must not contain control characters or half characters",
    ),
    v.trim(),
    v.minLength(least, "must not be empty"),
    v.check((text) => [...text].length <= most, `must be at most ${most} characters`),
  );
}

/** An address in lower case (RFC 5321, dot-atom and a dotted domain). */
export const email = v.pipe(
  v.string("must be a string"),
  v.examples(["user@example.com"]),
  v.metadata({ format: "email", maxLength: EMAIL_MAX_LENGTH }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseEmail(dataset.value);
    if (parsed !== null) return parsed;
    addIssue({ message: "must be an email address, such as user@example.com" });
    return NEVER;
  }),
);

/** A number in E.164, whatever people put between its digits. */
export const phone = v.pipe(
  v.string("must be a string"),
  v.examples(["+15557122661"]),
  v.description("An international number (E.164); spaces, hyphens, dots and parentheses are ignored"),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parsePhone(dataset.value);
    if (parsed !== null) return parsed;
    addIssue({ message: "must be an international phone number, such as +15557122661" });
    return NEVER;
  }),
);

/** A password as typed. What it must be like is the story's business, and only when it is a new one. */
export const password = v.pipe(
  v.string("must be a string"),
  v.examples(["SecurePass123!"]),
  v.minLength(1, "must not be empty"),
  v.check((text) => text.isWellFormed() && !text.includes("\0"), "must not contain NUL or half characters"),
);

export const newPassword = v.pipe(
  password,
  v.description(
    `At most ${PASSWORD_MAX_BYTES} bytes. One that is short, common, or your own name or address is refused as weak.`,
  ),
);
/** A token or a code as it was handed out: one that isn't right is refused by its story, whatever it looks like. */
export const secret = v.pipe(v.string("must be a string"), v.minLength(1, "must not be empty"));

/** A whole number, from `least` to `most`. */
export function whole(least: number, most: number) {
  const rule = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule), v.maxValue(most, rule));
}

/** The public id of something: looked up as it is, so all that matters is that it is bounded. */
export const publicId = v.pipe(v.string(), v.maxLength(100, "is not an id"));

/** A table's integer primary key, where a vendor's contract shows it. */
export const primaryKey = v.pipe(v.number(), v.integer(), v.minValue(1));

export const seconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.description("Seconds"));

/** `2024-12-15T10:00:00Z`: UTC, whole seconds. */
export function isoDate(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}

export const IsoDate = sample(v.pipe(v.string(), v.isoTimestamp()), "2024-12-15T10:00:00Z");
