import type { Call } from "../domain/call.ts";
import type { ChallengeKind } from "../domain/challenge.ts";
import { confirmEmailChange, undoEmailChange } from "../domain/email-change.ts";
import { verifyEmail } from "../domain/email-verification.ts";
import type { AuthError } from "../domain/error.ts";
import { LINK_PATHS } from "../domain/mail.ts";
import { readLink } from "../domain/mailed-link.ts";
import type { Core } from "../domain/ports.ts";
import { resetPassword } from "../domain/recovery.ts";
import { newPassword, secret } from "../wire/fields.ts";
import { Form, formOn, NewPasswordField, Submit } from "./fields.tsx";
import { Card } from "./layout.tsx";
import { type Frame, form, type Outcome, type Page, page, show } from "./page.ts";
import { WORDS } from "./words.ts";

/** Where a mailed link lands. Mail programs and scanners follow links, so looking at the page changes nothing: the button does. */
export interface LinkPage extends Page {
  readonly kind: ChallengeKind;
  readonly asksPassword: boolean;
}

export const LINK_PAGES: readonly LinkPage[] = [
  linkPage("verify_email", LINK_PATHS.verify_email, {
    run: async (core, { call, token }) => {
      await verifyEmail(core, { call, token });
      return done("verify_email", "/account", "toAccount");
    },
  }),
  linkPage("confirm_email_change", LINK_PATHS.confirm_email_change, {
    run: async (core, { call, token }) => {
      await confirmEmailChange(core, { call, token });
      return done("confirm_email_change", "/account", "toAccount");
    },
  }),
  linkPage("undo_email_change", LINK_PATHS.email_change_notice, {
    run: async (core, { call, token }) => {
      // who changed the address may know the password
      const { resetToken } = await undoEmailChange(core, { call, token });
      return done("undo_email_change", `${LINK_PATHS.reset_password}?token=${resetToken}`, "choosePassword");
    },
  }),
  passwordPage(),
];

interface Pressed {
  readonly call: Call;
  readonly token: string;
}

function linkPage(
  kind: ChallengeKind,
  path: `/${string}`,
  { run }: { run: (core: Core, pressed: Pressed) => Promise<Outcome> },
): LinkPage {
  const action = actionOf(path);
  const pressed = form("link", {
    action,
    read: { token: secret },
    run: (core, { call, fields }) => run(core, { call, ...fields }),
  });
  return { ...askPage({ kind, path, action, asksPassword: false, forms: [pressed] }), kind, asksPassword: false };
}

function passwordPage(): LinkPage {
  const kind = "reset_password";
  const path = LINK_PATHS[kind];
  const action = actionOf(path);
  const pressed = form("link", {
    action,
    read: { token: secret, new_password: newPassword },
    run: async (core, { call, fields }) => {
      await resetPassword(core, { call, token: fields.token, newPassword: fields.new_password });
      return done(kind, "/login", "signIn");
    },
  });
  return { ...askPage({ kind, path, action, asksPassword: true, forms: [pressed] }), kind, asksPassword: true };
}

function actionOf(path: string): `/pages/${string}` {
  return `/pages${path as `/${string}`}`;
}

interface Asking {
  readonly kind: ChallengeKind;
  readonly path: `/${string}`;
  readonly action: `/pages/${string}`;
  readonly asksPassword: boolean;
}

function askPage({ forms, ...asking }: Asking & { forms: Page["forms"] }): Page {
  const { kind, path } = asking;
  return page({
    path,
    access: "link",
    problems: { not_found: "dead_link" },
    forms,
    show: async (core, { given, refused }) => {
      const token = given("token");
      const email = await addressOf(core, { kind, token, refused });
      return show((frame) => <AskView {...{ frame, token, email }} {...asking} />);
    },
  });
}

/** Whose link it is; null when storage was down when the button was pressed: it may be up when it is pressed again. */
async function addressOf(
  core: Core,
  { kind, token, refused }: { kind: ChallengeKind; token: string; refused: AuthError | null },
): Promise<string | null> {
  if (refused?.refusal === "unavailable") return null;
  return (await readLink(core, { kind, token })).email;
}

interface Asked extends Asking {
  readonly frame: Frame;
  readonly token: string;
  readonly email: string | null;
}

/** The page asks; its button does. It needs no script. */
function AskView({ frame, kind, action, asksPassword, token, email }: Asked) {
  const { title, text, button } = WORDS[frame.language].links[kind];
  const on = formOn(frame, action);
  return (
    <Card frame={frame} title={title}>
      <h1>{title}</h1>
      <p>{text}</p>
      {email === null ? null : <p class="who">{email}</p>}
      <Form on={on} hidden={{ token }}>
        {/* for password managers: whose password it is */}
        {asksPassword && email !== null ? (
          <input type="text" name="username" value={email} autocomplete="username" hidden />
        ) : null}
        {asksPassword ? <NewPasswordField on={on} /> : null}
        <Submit>{button}</Submit>
      </Form>
    </Card>
  );
}

type Next = "toAccount" | "choosePassword" | "signIn";

function done(kind: ChallengeKind, href: string, next: Next): Outcome {
  return show((frame) => {
    const { links } = WORDS[frame.language];
    const { title, text } = links[kind].done;
    return (
      <Card frame={frame} title={title}>
        <h1>{title}</h1>
        <p role="status">{text}</p>
        <a class="button" href={href}>
          {links[next]}
        </a>
      </Card>
    );
  });
}
