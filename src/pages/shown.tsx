import type { Language } from "../domain/language.ts";
import { isoDate } from "../wire/fields.ts";
import { WORDS } from "./words.ts";

// How times, numbers, devices and places are written for people.

/** UTC, as nobody has told us where the reader is. */
export function Time({ language, at, only }: { language: Language; at: number; only?: "date" }) {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    ...(only === "date" ? {} : { timeStyle: "short" }),
    timeZone: "UTC",
  });
  const text = format.format(at * 1_000);
  return <time datetime={isoDate(at)}>{only === "date" ? text : `${text} UTC`}</time>;
}

export function numberIn(language: Language, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** The country's name; null when it is not known, or no country (`T1` is the Tor network, `XX` unknown). */
export function countryName(language: Language, code: string | null): string | null {
  if (code === null || !/^[A-Z]{2}$/.test(code)) return null;
  return new Intl.DisplayNames(language, { type: "region", fallback: "none" }).of(code) ?? null;
}

/** In the order in which they are looked for: many programs name others, too, to be taken for them. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrom(e|ium)\/|CriOS\//, "Chrome"],
  [/Version\/[\d.]+ .*Safari\//, "Safari"],
  [/^curl\//, "curl"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/Linux|X11/, "Linux"],
];

/** What the User-Agent says of itself, which is no proof: "Firefox on Linux". */
export function deviceName(language: Language, userAgent: string | null): string {
  const { security } = WORDS[language].account;
  const browser = nameIn(PROGRAMS, userAgent);
  const system = nameIn(SYSTEMS, userAgent);
  if (browser !== null && system !== null) return security.deviceOn(browser, system);
  return browser ?? system ?? security.unknownDevice;
}

function nameIn(known: readonly (readonly [RegExp, string])[], userAgent: string | null): string | null {
  return known.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1] ?? null;
}
