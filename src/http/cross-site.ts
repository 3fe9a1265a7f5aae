/**
 * True when a browser says that another site's page sent the request. What a form may do here is proven by the token in it,
 * and no cookie is involved, so this only adds to that. Every browser since 2023 sends `Sec-Fetch-Site`; `Origin` speaks
 * for older ones, where "null" is what our own pages send, too (they keep their address, which bears a token, to themselves).
 */
export function isFromElsewhere({ headers, url }: Request, issuer: string): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = headers.get("Origin");
  return origin !== null && origin !== "null" && ![issuer, new URL(url).origin].includes(origin);
}
