import type { Context, Hono } from "hono";
import * as v from "valibot";
import { AuthError } from "../domain/error.ts";
import { acceptByLink, readInvitation } from "../domain/invitations.ts";
import type { Core } from "../domain/ports.ts";
import {
  INVITATION_ACTION,
  INVITATION_PATH,
  type InvitationForm,
  InvitationView,
  JoinedView,
} from "../pages/invitation.tsx";
import { ANSWERS, isRepeatable } from "../pages/problems.ts";
import { ProblemView } from "../pages/views.tsx";
import { line } from "../wire/fields.ts";
import { readForm } from "./body.ts";
import type { Http } from "./call.ts";
import { isFromElsewhere } from "./cross-site.ts";
import { beginPage, type PageAnswer } from "./pages.tsx";
import { logRefusal, refusalOf } from "./refuse.ts";

/** Where an invitation's link lands: for who has an account, and for who makes one. */
export function mountInvitationPage(app: Hono<Http>): void {
  app.get(INVITATION_PATH, ask);
  app.post(INVITATION_ACTION, act);
}

/** Looking changes nothing: not for a reader, not for a mail scanner. */
async function ask(c: Context<Http>): Promise<Response> {
  const answer = beginPage(c);
  try {
    const form = await formFor(c.env, c.req.query("token") ?? "");
    return answer.with(200, <InvitationView setting={answer.setting} form={form} />);
  } catch (error) {
    return refuse(c, { answer, error, form: null });
  }
}

/** The button was pressed. */
async function act(c: Context<Http>): Promise<Response> {
  const answer = beginPage(c);
  let form: InvitationForm | null = null;
  try {
    if (isFromElsewhere(c.req.raw, c.env.settings.issuer)) throw new AuthError("forbidden", "posted from another site");
    const fields = await readForm(c.req.raw);
    const token = fields.get("token") ?? "";
    const name = v.safeParse(line(), (fields.get("full_name") ?? "").trim());
    form = { ...(await formFor(c.env, token)), fullName: name.success ? name.output : "" };
    if (!form.hasAccount && !name.success) throw new AuthError("invalid_input", "no name", { field: "full_name" });
    const { fullName, organization } = form;
    await acceptByLink(c.env, { call: answer.call, token, fullName, password: fields.get("new_password") ?? "" });
    return answer.with(200, <JoinedView setting={answer.setting} organization={organization} />);
  } catch (error) {
    return refuse(c, { answer, error, form });
  }
}

async function formFor(core: Core, token: string): Promise<InvitationForm> {
  const { email, organization } = await readInvitation(core, token);
  const hasAccount = (await core.users.credentialByEmail(email)) !== null;
  return { token, email, organization: organization.name, hasAccount, fullName: "", problem: null };
}

function refuse(
  c: Context<Http>,
  { answer, error, form }: { answer: PageAnswer; error: unknown; form: InvitationForm | null },
): Response {
  const { call, setting } = answer;
  const refused = refusalOf(error);
  const { status, problem } = ANSWERS[refused.refusal];
  const row = `${c.req.method} ${c.req.path}`;
  logRefusal(c.env.log, { refused, requestId: call.id, dialect: call.clientId, row, status });
  const { retryAfterSeconds } = refused.details;
  const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
  const view =
    form !== null && isRepeatable(problem) ? (
      <InvitationView setting={setting} form={{ ...form, problem }} />
    ) : (
      <ProblemView setting={setting} problem={problem} />
    );
  return answer.with(status, view, headers);
}
