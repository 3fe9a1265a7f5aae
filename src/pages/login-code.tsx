import * as v from "valibot";
import { type CodeRecipient, sendLoginCode, signInByCode } from "../domain/code-sign-in.ts";
import { parseEmail, parsePhone } from "../domain/user.ts";
import { secret } from "../wire/fields.ts";
import { Field, Form, formOn, Submit } from "./fields.tsx";
import { Card } from "./layout.tsx";
import { ACCOUNT, outcomeOf } from "./login.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { addressWith, destinationOf } from "./return-to.ts";
import { WORDS } from "./words.ts";

/** What people type is an address when there is an @ in it, and a number else. */
function recipientOf(typed: string): CodeRecipient | null {
  const channel = typed.includes("@") ? "email" : "sms";
  const to = channel === "email" ? parseEmail(typed.trim()) : parsePhone(typed);
  return to === null ? null : { channel, to };
}

const recipient = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = recipientOf(dataset.value);
    if (parsed !== null) return parsed;
    addIssue({ message: "must be an email address or an international phone number" });
    return NEVER;
  }),
);

/** Two steps on one page: where to send the code, and the code. The second shows by nothing whether one was sent. */
export const LOGIN_CODE = page({
  path: "/login/code",
  access: "anyone",
  show: async ({ settings }, { visitor, given, refused }) => {
    const returnTo = given("return_to");
    if (visitor !== null) return go(destinationOf(returnTo, settings)?.to ?? ACCOUNT);
    const to = given("to");
    // a code that was refused can be typed again; one that could not be sent is asked for again
    const isAsked = refused !== null && given("code") !== "" && recipientOf(to) !== null;
    return show((frame) =>
      isAsked ? <TypeView frame={frame} returnTo={returnTo} to={to} /> : <AskView frame={frame} returnTo={returnTo} />,
    );
  },
  forms: [
    form("anyone", {
      action: "/pages/send-code",
      read: { to: recipient },
      run: async (core, { call, fields, given }) => {
        await sendLoginCode(core, { call, recipient: fields.to });
        const returnTo = given("return_to");
        return show((frame) => <TypeView frame={frame} returnTo={returnTo} to={fields.to.to} />);
      },
    }),
    form("anyone", {
      action: "/pages/login-code",
      read: { to: recipient, code: secret },
      run: async (core, { call, fields, given }) => {
        const code = fields.code.replaceAll(/\s/g, "");
        const outcome = await signInByCode(core, { call, recipient: fields.to, code });
        return outcomeOf(outcome, { returnTo: given("return_to"), settings: core.settings });
      },
    }),
  ],
});

function AskView({ frame, returnTo }: { frame: Frame; returnTo: string }) {
  const { code, signIn } = WORDS[frame.language].entry;
  const on = formOn(frame, "/pages/send-code");
  return (
    <Card frame={frame} title={code.title}>
      <h1>{code.title}</h1>
      <p>{code.text}</p>
      <Form on={on} hidden={{ return_to: returnTo }}>
        <Field on={on} name="to" label={code.to} autocomplete="username" />
        <Submit>{code.send}</Submit>
      </Form>
      <p class="more">
        <a href={addressWith("/login", returnTo)}>{signIn.byPassword}</a>
      </p>
    </Card>
  );
}

function TypeView({ frame, returnTo, to }: { frame: Frame; returnTo: string; to: string }) {
  const { entry } = WORDS[frame.language];
  const on = formOn(frame, "/pages/login-code");
  return (
    <Card frame={frame} title={entry.secondFactor.title}>
      <h1>{entry.secondFactor.title}</h1>
      <p role="status">{entry.code.sent}</p>
      <p class="who">{to}</p>
      <Form on={on} hidden={{ return_to: returnTo, to }}>
        <Field on={on} name="code" label={entry.oneTimeCode} autocomplete="one-time-code" inputmode="numeric" />
        <Submit>{entry.signIn.button}</Submit>
      </Form>
      <p class="more">
        <a href={addressWith("/login/code", returnTo)}>{entry.code.again}</a>
      </p>
    </Card>
  );
}
