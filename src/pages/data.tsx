import * as v from "valibot";
import { accountData } from "../domain/account-data.ts";
import { deleteAccount } from "../domain/departure.ts";
import { accountFile } from "../wire/account-data.ts";
import { Field, Form, formOn, Submit } from "./fields.tsx";
import { Sections } from "./layout.tsx";
import { type Frame, form, page, show } from "./page.ts";
import { WORDS } from "./words.ts";

export const DATA = page({
  path: "/account/data",
  access: "session",
  show: async () => show((frame) => <YourDataView frame={frame} />),
  forms: [
    form("session", {
      action: "/pages/delete-account",
      read: { password: v.optional(v.string(), "") },
      run: async (core, { call, visitor, fields }) => {
        await deleteAccount(core, { call, caller: visitor, password: fields.password || null });
        return { kind: "signed_out", to: "/login", note: "account_deleted" };
      },
    }),
  ],
});

export const DATA_FILE = page({
  path: "/account/data.json",
  access: "session",
  show: async (core, { visitor }) => {
    const json = accountFile(await accountData(core, { caller: visitor }));
    return { kind: "file", name: "account.json", json };
  },
});

function YourDataView({ frame }: { frame: Frame }) {
  const { data, security } = WORDS[frame.language].account;
  const on = formOn(frame, "/pages/delete-account");
  return (
    <Sections frame={frame} title={data.title}>
      <section class="card">
        <h2>{data.download}</h2>
        <p>{data.downloadText}</p>
        <p>
          <a class="button quiet small" href={DATA_FILE.path} download>
            {data.downloadButton}
          </a>
        </p>
      </section>
      <section class="card">
        <h2>{data.delete}</h2>
        <p>{data.deleteText}</p>
        <Form on={on}>
          <Field
            on={on}
            name="password"
            type="password"
            label={security.currentPassword}
            hint={data.passwordHint}
            autocomplete="current-password"
            optional
          />
          <Submit class="danger">{data.deleteButton}</Submit>
        </Form>
      </section>
    </Sections>
  );
}
