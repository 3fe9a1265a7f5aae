import { finishPendingLogin } from "../domain/pending-login.ts";
import { secret } from "../wire/fields.ts";
import { Field, Form, formOn, Submit } from "./fields.tsx";
import { Card } from "./layout.tsx";
import { ACCOUNT } from "./login.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { addressWith, destinationOf } from "./return-to.ts";
import { WORDS } from "./words.ts";

export const SECOND_FACTOR = page({
  path: "/second-factor",
  access: "anyone",
  show: async ({ settings }, { visitor, given, waiting }) => {
    const returnTo = given("return_to");
    if (visitor !== null) return go(destinationOf(returnTo, settings)?.to ?? ACCOUNT);
    if (waiting("login") === null) return go(addressWith("/login", returnTo));
    return show((frame) => <SecondFactorView frame={frame} returnTo={returnTo} />);
  },
  forms: [
    form("anyone", {
      action: "/pages/second-factor",
      read: { code: secret },
      run: async (core, { call, fields, given, waiting }) => {
        // as apps show it: in two groups
        const code = fields.code.replaceAll(/\s/g, "");
        const signedIn = await finishPendingLogin(core, { call, tempToken: waiting("login") ?? "", code });
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
        <Field on={on} name="code" label={entry.oneTimeCode} autocomplete="one-time-code" inputmode="numeric" />
        <Submit>{entry.secondFactor.button}</Submit>
      </Form>
      <p class="more">
        <a href={addressWith("/login", returnTo)}>{entry.secondFactor.back}</a>
      </p>
    </Card>
  );
}
