import type { Frame, Given } from "./page.ts";
import { WORDS } from "./words.ts";

/** As many as keep a page under its 30 kB. */
const SHOWN_AT_ONCE = 15;

export interface Paged<Item> {
  readonly items: readonly Item[];
  /** from 1 on */
  readonly page: number;
  readonly isLast: boolean;
}

/** The part of a list that `?page=` names: the first for whatever is no number of a page. */
export function pageOf<Item>(items: readonly Item[], given: Given): Paged<Item> {
  const asked = /^[1-9]\d{0,5}$/.test(given("page")) ? Number(given("page")) : 1;
  const page = (asked - 1) * SHOWN_AT_ONCE < items.length ? asked : 1;
  const end = page * SHOWN_AT_ONCE;
  return { items: items.slice(end - SHOWN_AT_ONCE, end), page, isLast: end >= items.length };
}

export function Pager({ frame, paged }: { frame: Frame; paged: Paged<unknown> }) {
  const { pager } = WORDS[frame.language].account;
  if (paged.page === 1 && paged.isLast) return null;
  return (
    <nav class="buttons" aria-label={pager.label}>
      {paged.page === 1 ? null : <a href={`?page=${paged.page - 1}`}>{pager.newer}</a>}
      {paged.isLast ? null : <a href={`?page=${paged.page + 1}`}>{pager.older}</a>}
    </nav>
  );
}
