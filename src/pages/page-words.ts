import type { ChallengeKind } from "../domain/challenge.ts";
import type { Problem } from "./problems.ts";

export interface Saying {
  readonly title: string;
  readonly text: string;
}

/** What a page that a mailed link leads to asks, and what it says once that is done. */
export interface LinkWords extends Saying {
  readonly button: string;
  readonly done: Saying;
}

/** One language, whole: a page or a problem without words doesn't compile. */
export interface PageWords {
  readonly links: Readonly<Record<ChallengeKind, LinkWords>>;
  readonly newPassword: { readonly label: string; hint(minLength: number): string };
  /** after a change of address was undone */
  readonly choosePassword: string;
  readonly problems: Readonly<Record<Problem, Saying>>;
}
