import { askPasswordReset } from "../domain/recovery.ts";
import { signUpUnseen } from "../domain/sign-up.ts";
import { email, line, newPassword } from "../wire/fields.ts";
import { Field, Form, formOn, NewPasswordField, Submit } from "./fields.tsx";
import { Card } from "./layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { addressWith } from "./return-to.ts";
import { WORDS } from "./words.ts";

export const REGISTER = page({
  path: "/register",
  access: "anyone",
  show: async (_core, { visitor, given }) =>
    visitor === null ? show((frame) => <RegisterView frame={frame} returnTo={given("return_to")} />) : go("/account"),
  forms: [
    form("anyone", {
      action: "/pages/register",
      read: { full_name: line(), organization_name: line(), email, new_password: newPassword },
      run: async (core, { call, fields, given }) => {
        await signUpUnseen(core, {
          call,
          email: fields.email,
          password: fields.new_password,
          fullName: fields.full_name,
          organizationName: fields.organization_name,
        });
        return go(addressWith("/check-mail/register", given("return_to")));
      },
    }),
  ],
});

function RegisterView({ frame, returnTo }: { frame: Frame; returnTo: string }) {
  const { entry } = WORDS[frame.language];
  const on = formOn(frame, "/pages/register");
  return (
    <Card frame={frame} title={entry.register.title}>
      <h1>{entry.register.title}</h1>
      <Form on={on} hidden={{ return_to: returnTo }}>
        <Field on={on} name="full_name" label={entry.fullName} autocomplete="name" maxlength={200} />
        <Field
          on={on}
          name="organization_name"
          label={entry.register.organization}
          hint={entry.register.organizationHint}
          autocomplete="organization"
          maxlength={200}
        />
        <Field on={on} name="email" type="email" label={entry.email} autocomplete="username" />
        <NewPasswordField on={on} />
        <Submit>{entry.register.button}</Submit>
      </Form>
      <p class="more">
        <a href={addressWith("/login", returnTo)}>{entry.register.signIn}</a>
      </p>
    </Card>
  );
}

export const FORGOT = page({
  path: "/forgot",
  access: "anyone",
  show: async () => show((frame) => <ForgotView frame={frame} />),
  forms: [
    form("anyone", {
      action: "/pages/forgot",
      read: { email },
      run: async (core, { call, fields }) => {
        await askPasswordReset(core, { call, email: fields.email });
        return go("/check-mail/forgot");
      },
    }),
  ],
});

function ForgotView({ frame }: { frame: Frame }) {
  const { entry } = WORDS[frame.language];
  const on = formOn(frame, "/pages/forgot");
  return (
    <Card frame={frame} title={entry.forgot.title}>
      <h1>{entry.forgot.title}</h1>
      <p>{entry.forgot.text}</p>
      <Form on={on}>
        <Field on={on} name="email" type="email" label={entry.email} autocomplete="username" />
        <Submit>{entry.forgot.button}</Submit>
      </Form>
      <p class="more">
        <a href="/login">{entry.forgot.back}</a>
      </p>
    </Card>
  );
}

/** The same page whether the address had an account or not. */
function checkMail(what: "register" | "forgot") {
  return page({
    path: `/check-mail/${what}`,
    access: "anyone",
    show: async ({ settings }, { given }) => {
      const hasOutbox = settings.environment === "development";
      const returnTo = given("return_to");
      return show((frame) => <CheckMailView {...{ frame, what, hasOutbox, returnTo }} />);
    },
  });
}

export const CHECK_MAIL = [checkMail("register"), checkMail("forgot")];

interface CheckMail {
  readonly frame: Frame;
  readonly what: "register" | "forgot";
  readonly hasOutbox: boolean;
  readonly returnTo: string;
}

function CheckMailView({ frame, what, hasOutbox, returnTo }: CheckMail) {
  const { checkMail: words } = WORDS[frame.language].entry;
  return (
    <Card frame={frame} title={words.title}>
      <h1>{words.title}</h1>
      <p role="status">{words[what]}</p>
      <p class="soft">{words.spam}</p>
      <ul class="more">
        {hasOutbox ? (
          <li>
            <a href="/dev/outbox">{words.outbox}</a>
          </li>
        ) : null}
        <li>
          <a href={addressWith("/login", returnTo)}>{words.signIn}</a>
        </li>
      </ul>
    </Card>
  );
}
