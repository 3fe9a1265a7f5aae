/** The same words in another language: English is the pattern, and a language that lacks one doesn't compile. */
export type Translated<Words> = Words extends string
  ? string
  : Words extends (...facts: infer Facts) => string
    ? (...facts: Facts) => string
    : { readonly [Key in keyof Words]: Translated<Words[Key]> };
