/** Tells people from programs. */
export interface Captcha {
  /** Whether the widget's answer is good; throws `unavailable` when nobody can say. */
  isSolved(answer: { token: string; address: string | null }): Promise<boolean>;
}
