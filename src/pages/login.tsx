import { unreachable } from "../domain/error.ts";
import { endSession } from "../domain/sessions.ts";
import type { Settings } from "../domain/settings.ts";
import { type SignInOutcome, signIn } from "../domain/sign-in.ts";
import { email, password } from "../wire/fields.ts";
import { Field, Form, formOn, Submit } from "./fields.tsx";
import { Card } from "./layout.tsx";
import { type Frame, form, go, type Outcome, page, show } from "./page.ts";
import { addressWith, destinationOf } from "./return-to.ts";
import { WORDS } from "./words.ts";

/** Where who is signed in begins, unless they came from somewhere. */
export const ACCOUNT = "/account";

export const LOGIN = page({
  path: "/login",
  access: "anyone",
  show: async ({ settings, google }, { visitor, given }) => {
    const returnTo = given("return_to");
    if (visitor !== null) return go(destinationOf(returnTo, settings)?.to ?? ACCOUNT);
    return show((frame) => <LoginView frame={frame} returnTo={returnTo} hasGoogle={google !== null} />);
  },
  forms: [
    form("anyone", {
      action: "/pages/login",
      read: { email, password },
      run: async (core, { call, fields, given }) =>
        outcomeOf(await signIn(core, { call, ...fields }), { returnTo: given("return_to"), settings: core.settings }),
    }),
  ],
});

/** What a proven first factor leads to, whatever it was. */
export function outcomeOf(
  outcome: SignInOutcome,
  { returnTo, settings }: { returnTo: string; settings: Settings },
): Outcome {
  switch (outcome.kind) {
    case "signed_in":
      return { kind: "signed_in", to: destinationOf(returnTo, settings)?.to ?? ACCOUNT, signedIn: outcome };
    case "second_factor":
      return { kind: "second_factor", to: addressWith("/second-factor", returnTo), pending: outcome };
    default:
      return unreachable(outcome);
  }
}

function LoginView({ frame, returnTo, hasGoogle }: { frame: Frame; returnTo: string; hasGoogle: boolean }) {
  const { entry } = WORDS[frame.language];
  const on = formOn(frame, "/pages/login");
  return (
    <Card frame={frame} title={entry.signIn.title}>
      <h1>{entry.signIn.title}</h1>
      <Form on={on} hidden={{ return_to: returnTo }}>
        <Field on={on} name="email" type="email" label={entry.email} autocomplete="username" />
        <Field on={on} name="password" type="password" label={entry.password} autocomplete="current-password" />
        <Submit>{entry.signIn.button}</Submit>
      </Form>
      {hasGoogle ? (
        <a class="button quiet" href={addressWith("/login/google", returnTo)}>
          {entry.signIn.google}
        </a>
      ) : null}
      <ul class="more">
        <li>
          <a href={addressWith("/login/code", returnTo)}>{entry.signIn.byCode}</a>
        </li>
        <li>
          <a href="/forgot">{entry.signIn.forgot}</a>
        </li>
        <li>
          <a href={addressWith("/register", returnTo)}>{entry.signIn.register}</a>
        </li>
      </ul>
    </Card>
  );
}

/** The button on every page of who is signed in; whoever asks for its address is led home. */
export const SIGN_OUT = page({
  path: "/sign-out",
  access: "anyone",
  show: async () => go("/"),
  forms: [
    form("anyone", {
      action: "/pages/sign-out",
      read: {},
      run: async (core, { call, visitor }) => {
        if (visitor !== null) await endSession(core, { call, caller: visitor, id: visitor.session.id });
        return { kind: "signed_out", to: "/login", note: "signed_out" };
      },
    }),
  ],
});
