import { Card } from "./layout.tsx";
import type { View } from "./page.ts";
import type { Problem } from "./problems.ts";
import { WORDS } from "./words.ts";

/** A page that is nothing but the reason why there is no other. */
export function problemView(problem: Problem): View {
  return (frame) => {
    const { title, text } = WORDS[frame.language].problems[problem];
    return (
      <Card frame={frame} title={title}>
        <h1>{title}</h1>
        <p role="alert">{text}</p>
      </Card>
    );
  };
}
