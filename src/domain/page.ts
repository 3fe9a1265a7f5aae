import { base64Url, decodeBase64Url, text, utf8 } from "../crypto/bytes.ts";

/** Which part of a list is wanted: at most `limit` items, from behind `after` on. */
export interface PageWanted<Position> {
  readonly limit: number;
  readonly after: Position | null;
}

/** A part of a list, and the position of its last item when there is more behind it. */
export interface Page<Item, Position> {
  readonly items: readonly Item[];
  readonly next: Position | null;
}

/** The page of what was found when one item more than `limit` was looked for. */
export function pageOf<Item, Position>(
  found: readonly Item[],
  limit: number,
  positionOf: (item: Item) => Position,
): Page<Item, Position> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? positionOf(last) : null };
}

/** A place in a list as one opaque word. */
export function cursorOf(...place: readonly number[]): string {
  return base64Url(utf8(place.join(".")));
}

/** The numbers of a cursor; none when it isn't one. */
export function placeOf(cursor: string): number[] {
  try {
    const place = text(decodeBase64Url(cursor));
    return /^\d{1,15}(\.\d{1,15})*$/.test(place) ? place.split(".").map(Number) : [];
  } catch {
    return [];
  }
}
