import type { Language } from "./language.ts";

const UNITS = [
  { unit: "day", seconds: 86_400 },
  { unit: "hour", seconds: 3_600 },
  { unit: "minute", seconds: 60 },
  { unit: "second", seconds: 1 },
] as const;

/** `7 days`, `24 hours`, `30 minutes`: the largest unit of which it is at least two, or one exactly; rounded down. */
export function inWords(seconds: number, language: Language): string {
  const fits = UNITS.find((unit) => seconds >= 2 * unit.seconds || seconds === unit.seconds);
  const { unit, seconds: size } = fits ?? { unit: "second", seconds: 1 };
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.floor(seconds / size),
  );
}
