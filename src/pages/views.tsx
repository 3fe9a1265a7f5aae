import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Language } from "../domain/language.ts";
import type { LinkPage } from "./link-pages.ts";
import type { Problem } from "./problems.ts";
import { STYLE } from "./style.ts";
import { WORDS } from "./words.ts";

/** What every view is told of the answer that it becomes. */
export interface Setting {
  readonly language: Language;
  /** of the one style sheet, for the answer's Content-Security-Policy */
  readonly nonce: string;
  /** whose page it is */
  readonly host: string;
  readonly passwordMinLength: number;
}

interface Asking {
  readonly setting: Setting;
  readonly page: LinkPage;
  readonly token: string;
  /** the address that the link is about; null when it can't be read now */
  readonly email: string | null;
  readonly problem: Problem | null;
}

/** The page asks; its button does. It needs no script. */
export function AskView({ setting, page, token, email, problem }: Asking) {
  const { links } = WORDS[setting.language];
  const { title, text, button } = links[page.kind];
  return (
    <Layout setting={setting} title={title}>
      <h1>{title}</h1>
      <p>{text}</p>
      {email === null ? null : <p class="who">{email}</p>}
      {problem === null ? null : <Alert setting={setting} problem={problem} />}
      <form method="post" action={page.action}>
        <input type="hidden" name="token" value={token} />
        {page.asksPassword ? (
          <PasswordField setting={setting} email={email} isWrong={problem === "weak_password"} />
        ) : null}
        <button type="submit">{button}</button>
      </form>
    </Layout>
  );
}

export function PasswordField({
  setting,
  email,
  isWrong,
}: {
  setting: Setting;
  email: string | null;
  isWrong: boolean;
}) {
  const { newPassword } = WORDS[setting.language];
  return (
    <>
      {/* for password managers: whose password it is */}
      {email === null ? null : <input type="text" name="username" value={email} autocomplete="username" hidden />}
      <label for="new-password">{newPassword.label}</label>
      <p class="hint" id="password-hint">
        {newPassword.hint(setting.passwordMinLength)}
      </p>
      <input
        type="password"
        id="new-password"
        name="new_password"
        autocomplete="new-password"
        required
        aria-describedby={isWrong ? "problem password-hint" : "password-hint"}
        aria-invalid={isWrong ? "true" : undefined}
      />
    </>
  );
}

export function Alert({ setting, problem }: { setting: Setting; problem: Problem }) {
  const { title, text } = WORDS[setting.language].problems[problem];
  return (
    <div class="alert" role="alert" id="problem">
      <strong>{title}</strong>
      <p>{text}</p>
    </div>
  );
}

/** What the page was for is done; `resetToken` leads on to a new password. */
export function DoneView({
  setting,
  page,
  resetToken,
}: {
  setting: Setting;
  page: LinkPage;
  resetToken: string | null;
}) {
  const { links, choosePassword } = WORDS[setting.language];
  const { title, text } = links[page.kind].done;
  return (
    <Layout setting={setting} title={title}>
      <h1>{title}</h1>
      <p role="status">{text}</p>
      {resetToken === null ? null : (
        <a class="button" href={`/reset-password?token=${resetToken}`}>
          {choosePassword}
        </a>
      )}
    </Layout>
  );
}

export function ProblemView({ setting, problem }: { setting: Setting; problem: Problem }) {
  const { title, text } = WORDS[setting.language].problems[problem];
  return (
    <Layout setting={setting} title={title}>
      <h1>{title}</h1>
      <p role="alert">{text}</p>
    </Layout>
  );
}

export function Layout({ setting, title, children }: { setting: Setting; title: string; children: Child }) {
  return (
    <html lang={setting.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style nonce={setting.nonce}>{raw(STYLE)}</style>
      </head>
      <body>
        <main>{children}</main>
        <footer>{setting.host}</footer>
      </body>
    </html>
  );
}
