import * as v from "valibot";
import { type PageWanted, placeOf } from "../domain/page.ts";
import { text } from "./fields.ts";

// Lists come in pages: `?limit=` items, from behind `?cursor=` on, and `next_cursor` in the answer until the last page.

/** How many items a page may have. */
export function limit({ usual, most }: { usual: number; most: number }) {
  const rule = `must be a whole number from 1 to ${most}`;
  return v.optional(
    v.pipe(
      v.string(),
      v.metadata({ type: "integer", minimum: 1, maximum: most, default: usual }),
      v.check((text) => /^\d{1,4}$/.test(text), rule),
      v.transform(Number),
      v.check((count) => count >= 1 && count <= most, rule),
    ),
    String(usual),
  );
}

/** A place in a list, told by so many numbers, as one opaque word: what it is made of may change. */
export function cursor(numbers: number) {
  return v.optional(
    v.pipe(
      v.string(),
      v.transform(placeOf),
      v.check((place) => place.length === numbers, "must be the next_cursor of an earlier answer"),
    ),
  );
}

export const NextCursor = v.nullable(
  v.pipe(text("MTIz"), v.description("The `cursor` of the next page; null on the last one")),
);

/** The query of a list whose items have their place by one number. */
export function pageQuery<Position extends number>() {
  return v.pipe(
    v.object({ limit: limit({ usual: 50, most: 200 }), cursor: cursor(1) }),
    v.transform(({ limit, cursor = [] }): PageWanted<Position> => {
      const [after = null] = cursor;
      return { limit, after: after as Position | null };
    }),
  );
}
