/** The credentials that a request bears, as they were sent. */
export interface Presented {
  readonly bearer: string | null;
  readonly apiKey: string | null;
}

/** The headers alone (RFC 6750 §2.1). A token or a key in a query string or a form is not looked at. */
export function presentedBy(headers: Headers): Presented {
  const bearer = /^Bearer +([^\s,]+)$/i.exec(headers.get("Authorization") ?? "")?.[1];
  // a proxy that empties the header has sent none
  return { bearer: bearer ?? null, apiKey: headers.get("X-API-Key") || null };
}

/** What a sibling hands over: a request, its headers, or the credential alone, which is a token if it has a dot, as no key has. */
export function presentedIn(credential: string | Headers | { readonly headers: Headers }): Presented {
  if (typeof credential !== "string") {
    return presentedBy(credential instanceof Headers ? credential : credential.headers);
  }
  const isToken = credential.includes(".");
  return { bearer: isToken ? credential : null, apiKey: isToken || credential === "" ? null : credential };
}
