export const LANGUAGES = ["en", "es", "pt"] as const;
/** What Latchkey can write to people in. */
export type Language = (typeof LANGUAGES)[number];

/** No browser sends more; what follows is not looked at. */
const RANGES_AT_MOST = 20;

/**
 * The best of ours for an `Accept-Language` (RFC 9110 §12.5.4): the highest quality wins, the earlier of equals. A region
 * doesn't matter (`pt-BR` is Portuguese), `*` is English, and so is whatever names none of ours.
 */
export function languageOf(acceptLanguage: string | null): Language {
  const wanted = (acceptLanguage ?? "")
    .split(",", RANGES_AT_MOST)
    .map(parseRange)
    .filter(({ language, quality }) => language !== null && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted[0]?.language ?? "en";
}

function parseRange(range: string): { language: Language | null; quality: number } {
  const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const [primary] = tag.split("-");
  const language = tag === "*" ? "en" : (LANGUAGES.find((ours) => ours === primary) ?? null);
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
  // §12.4.2; a weight that isn't one is the least wanted
  return { language, quality: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0.001 };
}
