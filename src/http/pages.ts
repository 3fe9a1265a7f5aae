import type { Context, Hono } from "hono";
import { AuthError } from "../domain/error.ts";
import { type Form, go, type Looked, type Page, type RefusedForm } from "../pages/page.ts";
import { PAGES } from "../pages/pages.ts";
import { problemView } from "../pages/problem-view.tsx";
import { fieldOf, problemOf } from "../pages/problems.ts";
import { readForm } from "./body.ts";
import { beginCall, type Http } from "./call.ts";
import { isFromElsewhere } from "./cross-site.ts";
import { parse } from "./mount.ts";
import { type Asking, answerWith, showPage } from "./page-answer.ts";
import { CookieJar } from "./page-cookies.ts";
import { beginVisit, checkFormToken } from "./page-visit.ts";
import { logRefusal, refusalOf } from "./refuse.ts";

/** The `client_id` of what is done on these pages. */
const CLIENT_ID = "pages";

/** Pages -> routes. Mounted before the dialects, one of which has a path in common with them: `GET /login` is a page. */
export function mountPages(app: Hono<Http>): void {
  for (const page of PAGES) {
    app.get(page.path, (c) => look(c, page));
    for (const form of page.forms) {
      app.post(form.action, (c) => post(c, page, form));
      // A form that was refused is shown at its own address: who asks for that again is led to the page.
      app.get(form.action, (c) => c.redirect(page.path, 303));
    }
  }
}

/** Nobody is known yet, and nothing was read. */
function begin(c: Context<Http>, page: Page): Asking {
  return {
    core: c.env,
    call: beginCall(c, CLIENT_ID),
    page,
    jar: new CookieJar(c),
    row: `${c.req.method} ${c.req.path}`,
    visit: { visitor: null, name: null },
    given: (name) => c.req.query(name) ?? "",
  };
}

async function look(c: Context<Http>, page: Page): Promise<Response> {
  let asking = begin(c, page);
  try {
    asking = { ...asking, visit: await beginVisit(asking.core, asking) };
    if (isShutOut(asking)) return answerWith(asking, toLogin(page));
    return await answerWith(asking, await page.show(asking.core, looked(asking, null)));
  } catch (error) {
    return refuse(asking, { error, form: null });
  }
}

async function post(c: Context<Http>, page: Page, form: Form): Promise<Response> {
  let asking = begin(c, page);
  // shown again only to who may see the page, and with what was typed
  let shown: Form | null = null;
  const { core } = asking;
  try {
    if (!form.fromElsewhere && isFromElsewhere(c.req.raw, core.settings.issuer)) {
      throw new AuthError("forbidden", "posted from another site");
    }
    const posted = await readForm(c.req.raw);
    asking = { ...asking, given: (name) => posted.get(name) ?? "" };
    asking = { ...asking, visit: await beginVisit(core, asking) };
    if (isShutOut(asking)) return answerWith(asking, toLogin(page));
    shown = form;
    await checkFormToken(core, { visit: asking.visit, token: asking.given("form_token") });
    // of two fields with one name the first counts, as it does for `given`
    const fields = parse(form.body, Object.fromEntries([...posted].toReversed()), "form");
    return await answerWith(asking, await form.run(core, { ...looked(asking, null), fields }));
  } catch (error) {
    return refuse(asking, { error, form: shown });
  }
}

function isShutOut({ page, visit }: Asking): boolean {
  return page.access === "session" && visit.visitor === null;
}

function toLogin({ path }: Page) {
  return go(`/login?${new URLSearchParams({ return_to: path })}`, "sign_in_first");
}

function looked({ call, visit, given, jar }: Asking, refused: AuthError | null): Looked {
  return { call, visitor: visit.visitor, given, waiting: (what) => jar.read(what), refused };
}

/** The page again with what is wrong beside its form; where there is no form, or it can't be shown, the problem alone. */
async function refuse(asking: Asking, { error, form }: { error: unknown; form: Form | null }): Promise<Response> {
  const { core, call, page } = asking;
  const refused = refusalOf(error);
  const { status, problem } = problemOf(refused.refusal, page.problems);
  logRefusal(core.log, { refused, requestId: call.id, dialect: CLIENT_ID, row: asking.row, status });
  const { retryAfterSeconds } = refused.details;
  const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
  const again = form === null ? null : await shownAgain(asking, refused);
  if (form === null || again === null) {
    return showPage(asking, { view: problemView(problem), status, headers });
  }
  const shown: RefusedForm = { action: form.action, problem, field: fieldOf(refused), typed: asking.given };
  return showPage(asking, { view: again, status, headers, refused: shown });
}

async function shownAgain(asking: Asking, refused: AuthError) {
  try {
    const outcome = await asking.page.show(asking.core, looked(asking, refused));
    return outcome.kind === "show" ? outcome.view : null;
  } catch {
    // It was refused already, and logged: that is what is answered.
    return null;
  }
}
