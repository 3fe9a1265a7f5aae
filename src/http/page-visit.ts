import type { Call } from "../domain/call.ts";
import { AuthError } from "../domain/error.ts";
import { formTokenOf, isFormTokenOf, newVisit } from "../domain/form-token.ts";
import { identify } from "../domain/identify.ts";
import type { SignedIn } from "../domain/open-session.ts";
import type { Core } from "../domain/ports.ts";
import { renewExpired } from "../domain/renewal.ts";
import type { Standing } from "../domain/session.ts";
import type { Page } from "../pages/page.ts";
import type { CookieJar } from "./page-cookies.ts";

/** Who looks at a page. */
export interface Visit {
  readonly visitor: Standing | null;
  /** what form tokens are bound to; null where no cookie is looked at */
  readonly name: string | null;
}

export async function beginVisit(
  core: Core,
  { call, page, jar }: { call: Call; page: Page; jar: CookieJar },
): Promise<Visit> {
  if (page.access === "link") return { visitor: null, name: null };
  const visitor = await visitorOf(core, { call, jar });
  if (visitor !== null) return { visitor, name: visitor.session.id };
  const known = jar.read("visit");
  if (known !== null) return { visitor, name: known };
  const name = newVisit(core);
  jar.set("visit", name);
  return { visitor, name };
}

/**
 * The user of the session in the cookies. An expired access token is renewed by the refresh token beside it, as any client
 * of the API does it: of two tabs that do so at once both get the same successor. What is no good any more is forgotten.
 */
async function visitorOf(core: Core, { call, jar }: { call: Call; jar: CookieJar }): Promise<Standing | null> {
  const bearer = jar.read("access");
  if (bearer === null) return null;
  try {
    return await identify(core, { call, access: "session", presented: { bearer, apiKey: null } });
  } catch (refused) {
    if (!isUnauthenticated(refused)) throw refused;
    const renewed = await renew(core, { call, refused, refreshToken: jar.read("refresh") });
    if (renewed === null) {
      forgetSession(jar);
      return null;
    }
    keepSession(core, jar, { ...renewed, session: renewed.standing.session });
    return renewed.standing;
  }
}

async function renew(core: Core, expired: { call: Call; refused: unknown; refreshToken: string | null }) {
  try {
    return await renewExpired(core, expired);
  } catch (error) {
    if (!isUnauthenticated(error)) throw error;
    return null;
  }
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof AuthError && error.refusal === "unauthenticated";
}

export function keepSession(
  core: Core,
  jar: CookieJar,
  { session, access, refresh }: Pick<SignedIn, "session" | "access" | "refresh">,
): void {
  keepAccess(core, jar, { session, access });
  jar.set("refresh", refresh, session.expiresAt - core.clock.now());
}

/** As long as the session: an expired token is what its renewal begins with. */
export function keepAccess(
  core: Core,
  jar: CookieJar,
  { session, access }: Pick<SignedIn, "session" | "access">,
): void {
  jar.set("access", access.token, session.expiresAt - core.clock.now());
}

export function forgetSession(jar: CookieJar): void {
  jar.drop("access");
  jar.drop("refresh");
}

/** The token for the forms of a visit. */
export async function formTokenFor(core: Core, { name }: Visit): Promise<string | null> {
  return name === null ? null : formTokenOf(core, name);
}

/** Refuses a form that none of our pages sent to this visitor. */
export async function checkFormToken(core: Core, { visit, token }: { visit: Visit; token: string }): Promise<void> {
  if (visit.name === null) return;
  if (!(await isFormTokenOf(core, { visit: visit.name, token }))) {
    throw new AuthError("forbidden", "the form's token is of another visit, or none");
  }
}
