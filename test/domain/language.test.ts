import { describe, expect, it } from "vitest";
import { inWords } from "../../src/domain/duration.ts";
import { languageOf } from "../../src/domain/language.ts";

describe("the language of Accept-Language", () => {
  it.each([
    ["es", "es"],
    ["pt-BR,pt;q=0.9,en;q=0.8", "pt"],
    ["de-DE, de;q=0.9, es;q=0.5, en;q=0.3", "es"],
    ["en;q=0.5, pt;q=0.7", "pt"],
    ["ES-mx", "es"],
    ["es;q=1.000, pt", "es"],
    ["pt;q=0, es;q=0.1", "es"],
    ["de, *;q=0.9, es;q=0.5", "en"],
    ["  pt ;  q=0.4 , es ; q=0.6 ", "es"],
  ])("%s is %s", (header, language) => {
    expect(languageOf(header)).toBe(language);
  });

  it.each([[null], [""], ["de"], ["pt;q=0"], ["español"], ["e"], [",,;q=1"], ["constructor"], ["*"]])(
    "%s is English",
    (header) => {
      expect(languageOf(header)).toBe("en");
    },
  );

  it("takes a weight that isn't one for the least wanted", () => {
    expect(languageOf("es;q=high, pt;q=0.1")).toBe("pt");
    expect(languageOf("es;q=1.5, pt;q=0.1")).toBe("pt");
    expect(languageOf("es;q=")).toBe("es");
  });

  it("is quick about a header of any length", () => {
    const began = performance.now();
    expect(languageOf("de;q=0.1,".repeat(10_000))).toBe("en");
    expect(performance.now() - began).toBeLessThan(50);
  });
});

describe("a duration in words", () => {
  it.each([
    [7 * 86_400, "7 days", "7 días", "7 dias"],
    [86_400, "24 hours", "24 horas", "24 horas"],
    [1_800, "30 minutes", "30 minutos", "30 minutos"],
    [300, "5 minutes", "5 minutos", "5 minutos"],
    [90, "90 seconds", "90 segundos", "90 segundos"],
    [1, "1 second", "1 segundo", "1 segundo"],
  ])("%i seconds", (seconds, en, es, pt) => {
    expect([inWords(seconds, "en"), inWords(seconds, "es"), inWords(seconds, "pt")]).toEqual([en, es, pt]);
  });
});
