import { type Call, newNonce } from "../domain/call.ts";
import type { Core } from "../domain/ports.ts";
import { isNote } from "../pages/notes.ts";
import type { Frame, Given, Outcome, Page, RefusedForm, View } from "../pages/page.ts";
import { destinationOf } from "../pages/return-to.ts";
import { answerHeaders } from "./call.ts";
import type { CookieJar } from "./page-cookies.ts";
import { forgetSession, formTokenFor, keepAccess, keepSession, type Visit } from "./page-visit.ts";

/** A request for a page, as far as it is understood by now. */
export interface Asking {
  readonly core: Core;
  readonly call: Call;
  readonly page: Page;
  readonly jar: CookieJar;
  /** `POST /pages/login`: for the log */
  readonly row: string;
  readonly visit: Visit;
  readonly given: Given;
}

export interface Showing {
  readonly view: View;
  readonly status?: number;
  readonly refused?: RefusedForm | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Long enough to type a password at Google. */
const GOOGLE_SECONDS = 600;

/** Outcomes -> answers: what each leaves in the cookies, and where it leads. */
export async function answerWith(asking: Asking, outcome: Outcome): Promise<Response> {
  const { core, jar } = asking;
  switch (outcome.kind) {
    case "show":
      return showPage(asking, outcome);
    case "file":
      return respond(asking, JSON.stringify(outcome.json, null, 2), {
        "Content-Type": "application/json",
        "Content-Disposition": `attachment; filename="${outcome.name}"`,
      });
    case "signed_in":
      keepSession(core, jar, outcome.signedIn);
      jar.drop("login");
      jar.drop("google");
      break;
    case "switched":
      keepAccess(core, jar, outcome);
      break;
    case "to_google":
      jar.set("google", outcome.waiting, GOOGLE_SECONDS);
      break;
    case "second_factor":
      jar.set("login", outcome.pending.tempToken, outcome.pending.expiresInSeconds);
      break;
    case "signed_out":
      forgetSession(jar);
      break;
    case "go":
      break;
  }
  if ("note" in outcome) jar.set("note", outcome.note);
  return respond(asking, null, { Location: outcome.to }, 303);
}

export async function showPage(
  asking: Asking,
  { view, status = 200, refused = null, headers = {} }: Showing,
): Promise<Response> {
  const frame = await frameOf(asking, refused);
  asking.jar.drop("note");
  return respond(
    asking,
    `<!doctype html>\n${view(frame)}`,
    {
      ...headers,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Language": frame.language,
      "Content-Security-Policy": policyOf(asking, frame.nonce),
      Vary: "Accept-Language, Cookie",
    },
    status,
  );
}

async function frameOf(asking: Asking, refused: RefusedForm | null): Promise<Frame> {
  const { core, call, page, jar, visit } = asking;
  const { settings } = core;
  const note = page.access === "link" ? null : jar.read("note");
  return {
    language: call.language,
    nonce: newNonce(core.random),
    host: new URL(settings.issuer).host,
    passwordMinLength: settings.passwordMinLength,
    path: page.path,
    visitor: visit.visitor,
    formToken: await formTokenFor(core, visit),
    note: note !== null && isNote(note) ? note : null,
    refused,
    now: core.clock.now(),
  };
}

/**
 * Nothing is loaded but what stands in the page, nobody frames it, and its forms post here alone. Browsers hold the redirect
 * that answers a form to the same rule, so the application that a login leads back to is named.
 */
function policyOf({ core, given }: Asking, nonce: string): string {
  const origin = destinationOf(given("return_to"), core.settings)?.origin ?? null;
  const targets = origin === null ? "'self'" : `'self' ${origin}`;
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "img-src data:",
    `form-action ${targets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function respond(
  { call, jar }: Asking,
  body: string | null,
  headers: Readonly<Record<string, string>>,
  status = 200,
): Response {
  const all = new Headers({ ...answerHeaders(call), ...headers });
  for (const cookie of jar.headers()) all.append("Set-Cookie", cookie);
  return new Response(body, { status, headers: all });
}
