import type { Language } from "../domain/language.ts";
import type { PageWords } from "./page-words.ts";
import { ENGLISH } from "./words-en.ts";
import { SPANISH } from "./words-es.ts";
import { PORTUGUESE } from "./words-pt.ts";

export const WORDS: Readonly<Record<Language, PageWords>> = { en: ENGLISH, es: SPANISH, pt: PORTUGUESE };
