import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Http } from "./call.ts";

/**
 * `access` and `refresh` are a session's tokens; `login` a login that waits for its second factor, `google` one that waits for
 * Google; `visit` names a visitor without a session; `note` says on the next page what was just done.
 */
export type CookieName = "access" | "refresh" | "login" | "google" | "visit" | "note";

/** The cookies of one request, and what its answer changes of them. */
export class CookieJar {
  readonly #context: Context<Http>;
  readonly #changes = new Map<CookieName, string>();

  constructor(context: Context<Http>) {
    this.#context = context;
  }

  read(name: CookieName): string | null {
    return getCookie(this.#context, name, "host") || null;
  }

  /** Until the browser is closed when it has no age. */
  set(name: CookieName, value: string, maxAgeSeconds?: number): void {
    const age = maxAgeSeconds === undefined ? "" : `; Max-Age=${maxAgeSeconds}`;
    this.#changes.set(name, `${encodeURIComponent(value)}${age}`);
  }

  drop(name: CookieName): void {
    if (this.read(name) !== null || this.#changes.has(name)) this.set(name, "", 0);
  }

  /**
   * The `Set-Cookie` headers. `__Host-`: this host alone, over TLS alone, where browsers count localhost in (RFC 6265bis
   * §4.1.3.2); no script reads them. Lax, as mailed links and applications lead here from elsewhere; Google posts its answer
   * from its own site, so that one cookie goes along with such posts, too.
   */
  headers(): string[] {
    return [...this.#changes].map(([name, value]) => {
      const sameSite = name === "google" ? "None" : "Lax";
      return `__Host-${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}`;
    });
  }
}
