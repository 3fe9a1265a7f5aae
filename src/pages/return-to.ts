import type { Settings } from "../domain/settings.ts";

/** Where a visitor wants to be afterwards, once it is known to be a place of ours or of an application that we know. */
export interface Destination {
  /** for the `Location` header */
  readonly to: string;
  /** whose it is, where that isn't us: a form may lead there only when the page's policy names it */
  readonly origin: string | null;
}

/** No address that is meant well is longer. */
const MAX_LENGTH = 2_000;

/** Printable ASCII but the backslash, which browsers read as a slash, and neither white space nor controls, which they drop. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;

/**
 * A path here, or an address whose origin is in `RETURN_TO_ORIGINS`; null for everything else. What is answered is what the
 * URL parser made of it, and not the text: there is one reading, ours, and it is what the browser is sent.
 */
export function destinationOf(returnTo: string, { issuer, returnToOrigins }: Settings): Destination | null {
  if (returnTo.length > MAX_LENGTH || !PLAIN.test(returnTo)) return null;
  const isPath = returnTo.startsWith("/") && !returnTo.startsWith("//");
  if (!isPath && !URL.canParse(returnTo)) return null;
  const url = new URL(returnTo, issuer);
  // the origin of `blob:https://app.example.com/...` is that application's
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  if (url.username !== "" || url.password !== "") return null;
  if (isPath || url.origin === issuer) {
    const to = url.pathname + url.search + url.hash;
    // `/.//evil` has become `//evil`
    return to.startsWith("//") ? null : { to, origin: null };
  }
  return returnToOrigins.includes(url.origin) ? { to: url.href, origin: url.origin } : null;
}

/** A path of ours that carries it on. It is looked at where it is followed. */
export function addressWith(path: string, returnTo: string): string {
  return returnTo === "" ? path : `${path}?${new URLSearchParams({ return_to: returnTo })}`;
}
