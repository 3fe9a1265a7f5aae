import type { Context, Hono } from "hono";
import { type Call, newNonce } from "../domain/call.ts";
import { AuthError } from "../domain/error.ts";
import { readLink } from "../domain/mailed-link.ts";
import { LINK_PAGES, type LinkPage } from "../pages/link-pages.ts";
import { ANSWERS, isRepeatable } from "../pages/problems.ts";
import { AskView, DoneView, ProblemView, type Setting } from "../pages/views.tsx";
import { readForm } from "./body.ts";
import { answerHeaders, beginCall, type Http } from "./call.ts";
import { isFromElsewhere } from "./cross-site.ts";
import { logRefusal, refusalOf } from "./refuse.ts";

/** The `client_id` of what is done on these pages. */
const CLIENT_ID = "pages";

export function mountPages(app: Hono<Http>): void {
  for (const page of LINK_PAGES) {
    app.get(page.path, (c) => ask(c, page));
    app.post(page.action, (c) => act(c, page));
  }
}

/** Looking changes nothing: not for a reader, not for a mail scanner. */
async function ask(c: Context<Http>, page: LinkPage): Promise<Response> {
  const answer = beginPage(c);
  const token = c.req.query("token") ?? "";
  try {
    const { email } = await readLink(c.env, { kind: page.kind, token });
    return answer.with(
      200,
      <AskView setting={answer.setting} page={page} token={token} email={email} problem={null} />,
    );
  } catch (error) {
    return refuse(c, { answer, page, error, form: null });
  }
}

/** The button was pressed. */
async function act(c: Context<Http>, page: LinkPage): Promise<Response> {
  const answer = beginPage(c);
  let form: { token: string; email: string | null } | null = null;
  try {
    if (isFromElsewhere(c.req.raw, c.env.settings.issuer)) throw new AuthError("forbidden", "posted from another site");
    const fields = await readForm(c.req.raw);
    const token = fields.get("token") ?? "";
    form = { token, email: null };
    const { email } = await readLink(c.env, { kind: page.kind, token });
    form = { token, email };
    const newPassword = fields.get("new_password") ?? "";
    const { resetToken } = await page.run(c.env, { call: answer.call, token, newPassword });
    return answer.with(200, <DoneView setting={answer.setting} page={page} resetToken={resetToken} />);
  } catch (error) {
    return refuse(c, { answer, page, error, form });
  }
}

export interface PageAnswer {
  readonly call: Call;
  readonly setting: Setting;
  with(status: number, view: unknown, headers?: Readonly<Record<string, string>>): Response;
}

export function beginPage(c: Context<Http>): PageAnswer {
  const call = beginCall(c, CLIENT_ID);
  const { settings, random } = c.env;
  const setting: Setting = {
    language: call.language,
    nonce: newNonce(random),
    host: new URL(settings.issuer).host,
    passwordMinLength: settings.passwordMinLength,
  };
  return {
    call,
    setting,
    with: (status, view, headers = {}) =>
      new Response(`<!doctype html>\n${view}`, {
        status,
        headers: {
          ...answerHeaders(call),
          ...headers,
          "Content-Type": "text/html; charset=utf-8",
          "Content-Language": setting.language,
          "Content-Security-Policy": policy(setting.nonce),
          Vary: "Accept-Language",
        },
      }),
  };
}

/** Nothing runs, nothing is loaded, nobody frames it, and its form posts here alone. */
function policy(nonce: string): string {
  return `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

interface Refused {
  readonly answer: PageAnswer;
  readonly page: LinkPage;
  readonly error: unknown;
  /** what was sent; null when nothing was */
  readonly form: { readonly token: string; readonly email: string | null } | null;
}

function refuse(c: Context<Http>, { answer, page, error, form }: Refused): Response {
  const { call, setting } = answer;
  const refused = refusalOf(error);
  const { status, problem } = ANSWERS[refused.refusal];
  logRefusal(c.env.log, {
    refused,
    requestId: call.id,
    dialect: CLIENT_ID,
    row: `${c.req.method} ${c.req.path}`,
    status,
  });
  const { retryAfterSeconds } = refused.details;
  const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
  const view =
    form !== null && isRepeatable(problem) ? (
      <AskView setting={setting} page={page} {...form} problem={problem} />
    ) : (
      <ProblemView setting={setting} problem={problem} />
    );
  return answer.with(status, view, headers);
}
