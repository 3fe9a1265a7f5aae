import { unreachable } from "../domain/error.ts";
import { finishPendingLogin } from "../domain/pending-login.ts";
import { endSession } from "../domain/sessions.ts";
import type { Settings } from "../domain/settings.ts";
import { type SignInOutcome, signIn } from "../domain/sign-in.ts";
import { email, password, secret } from "../wire/fields.ts";
import { Field, Form, formOn, Submit } from "./fields.tsx";
import { Card } from "./layout.tsx";
import { type Frame, form, go, type Outcome, page, show } from "./page.ts";
import { addressWith, destinationOf } from "./return-to.ts";
import { WORDS } from "./words.ts";

/** Where who is signed in begins, unless they came from somewhere. */
const ACCOUNT = "/account";

export const LOGIN = page({
  path: "/login",
  access: "anyone",
  show: async ({ settings }, { visitor, given }) => {
    const returnTo = given("return_to");
    if (visitor !== null) return go(destinationOf(returnTo, settings)?.to ?? ACCOUNT);
    return show((frame) => <LoginView frame={frame} returnTo={returnTo} />);
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

function LoginView({ frame, returnTo }: { frame: Frame; returnTo: string }) {
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
      <ul class="more">
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

export const SECOND_FACTOR = page({
  path: "/second-factor",
  access: "anyone",
  show: async ({ settings }, { visitor, given, tempToken }) => {
    const returnTo = given("return_to");
    if (visitor !== null) return go(destinationOf(returnTo, settings)?.to ?? ACCOUNT);
    if (tempToken === null) return go(addressWith("/login", returnTo));
    return show((frame) => <SecondFactorView frame={frame} returnTo={returnTo} />);
  },
  forms: [
    form("anyone", {
      action: "/pages/second-factor",
      read: { code: secret },
      run: async (core, { call, fields, given, tempToken }) => {
        // as apps show it: in two groups
        const code = fields.code.replaceAll(/\s/g, "");
        const signedIn = await finishPendingLogin(core, { call, tempToken: tempToken ?? "", code });
        return { kind: "signed_in", to: destinationOf(given("return_to"), core.settings)?.to ?? ACCOUNT, signedIn };
      },
    }),
  ],
});

function SecondFactorView({ frame, returnTo }: { frame: Frame; returnTo: string }) {
  const { entry } = WORDS[frame.language];
  const on = formOn(frame, "/pages/second-factor");
  return (
    <Card frame={frame} title={entry.secondFactor.title}>
      <h1>{entry.secondFactor.title}</h1>
      <p>{entry.secondFactor.text}</p>
      <Form on={on} hidden={{ return_to: returnTo }}>
        <Field on={on} name="code" label={entry.code} autocomplete="one-time-code" inputmode="numeric" />
        <Submit>{entry.secondFactor.button}</Submit>
      </Form>
      <p class="more">
        <a href={addressWith("/login", returnTo)}>{entry.secondFactor.back}</a>
      </p>
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
