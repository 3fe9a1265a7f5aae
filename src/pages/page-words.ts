import type { Note } from "./notes.ts";
import type { Problem } from "./problems.ts";
import type { Translated } from "./translated.ts";
import type { ENGLISH } from "./words-en.ts";

export interface Saying {
  readonly title: string;
  readonly text: string;
}

/** One language, whole: a page, a note or a problem without words doesn't compile. */
export type PageWords = Translated<typeof ENGLISH> & {
  readonly notes: Readonly<Record<Note, string>>;
  readonly problems: Readonly<Record<Problem, Saying>>;
};
