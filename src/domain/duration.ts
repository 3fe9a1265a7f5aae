import type { Language } from "./language.ts";

const UNITS = [
  { unit: "day", seconds: 86_400 },
  { unit: "hour", seconds: 3_600 },
  { unit: "minute", seconds: 60 },
  { unit: "second", seconds: 1 },
] as const;

/** `7 days`, `24 hours`, `30 minutes`: in the largest unit that makes at least two, rounded down. */
export function inWords(seconds: number, language: Language): string {
  const { unit, seconds: size } = UNITS.find((candidate) => seconds >= 2 * candidate.seconds) ?? UNITS[3];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.floor(seconds / size),
  );
}
