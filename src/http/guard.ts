import type { Presented } from "../domain/identify.ts";

/** RFC 6750 §2.1: the header alone. A token in a query string or a form is not looked at. */
export function presentedBy(headers: Headers): Presented {
  const bearer = /^Bearer +([^\s,]+)$/i.exec(headers.get("Authorization") ?? "")?.[1];
  return { bearer: bearer ?? null };
}
