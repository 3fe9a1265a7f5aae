import {
  confirmSecondFactor,
  disableSecondFactor,
  enableSecondFactor,
  renewBackupCodes,
  type SecondFactorSetup,
  unconfirmedSetup,
} from "../domain/second-factor.ts";
import { password, secret } from "../wire/fields.ts";
import { CopyButton, Field, Form, formOn, PostButton, PrintButton, Submit } from "./fields.tsx";
import { Sections } from "./layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { WORDS } from "./words.ts";

const PATH = "/account/security/two-factor";

export const TWO_FACTOR = page({
  path: PATH,
  access: "session",
  show: async (core, { visitor }) => {
    if (visitor.hasSecondFactor) return show((frame) => <OnView frame={frame} />);
    const setup = await unconfirmedSetup(core, { caller: visitor });
    return show((frame) => (setup === null ? <OffView frame={frame} /> : <SetupView frame={frame} setup={setup} />));
  },
  forms: [
    form("session", {
      action: "/pages/two-factor/begin",
      read: {},
      run: async (core, { call, visitor }) => {
        await enableSecondFactor(core, { call, caller: visitor });
        return go(PATH);
      },
    }),
    form("session", {
      action: "/pages/two-factor/confirm",
      read: { code: secret },
      run: async (core, { call, visitor, fields }) => {
        await confirmSecondFactor(core, { call, caller: visitor, code: digits(fields.code) });
        return go("/account/security", "second_factor_on");
      },
    }),
    form("session", {
      action: "/pages/two-factor/codes",
      read: { password },
      run: async (core, { call, visitor, fields }) => {
        const codes = await renewBackupCodes(core, { call, caller: visitor, ...fields });
        return show((frame) => <CodesView frame={frame} codes={codes} />);
      },
    }),
    form("session", {
      action: "/pages/two-factor/off",
      read: { password, code: secret },
      run: async (core, { call, visitor, fields }) => {
        const proof = { password: fields.password, code: digits(fields.code) };
        await disableSecondFactor(core, { call, caller: visitor, ...proof });
        return go("/account/security", "second_factor_off");
      },
    }),
  ],
});

/** As apps show a code: in two groups. */
function digits(code: string): string {
  return code.replaceAll(/\s/g, "");
}

function OffView({ frame }: { frame: Frame }) {
  const { twoFactor, security } = WORDS[frame.language].account;
  return (
    <Sections frame={frame} title={twoFactor.title}>
      <section class="card">
        <p>{security.offText}</p>
        <p>{twoFactor.beginText}</p>
        <div class="buttons">
          <PostButton frame={frame} action="/pages/two-factor/begin" class="small">
            {twoFactor.begin}
          </PostButton>
        </div>
      </section>
      <Back frame={frame} />
    </Sections>
  );
}

function SetupView({ frame, setup }: { frame: Frame; setup: SecondFactorSetup }) {
  const { twoFactor } = WORDS[frame.language].account;
  const on = formOn(frame, "/pages/two-factor/confirm");
  return (
    <Sections frame={frame} title={twoFactor.title}>
      <section class="card">
        <ol class="steps">
          <li>
            <h2>{twoFactor.scan}</h2>
            <img class="qr" src={setup.qrCode} alt={twoFactor.qr} width="208" height="208" />
            <p>{twoFactor.typeIt}</p>
            <p class="secret code">{inGroups(setup.secret)}</p>
          </li>
          <li>
            <h2>{twoFactor.keep}</h2>
            <p>{twoFactor.keepText}</p>
            <BackupCodes frame={frame} codes={setup.backupCodes} />
          </li>
          <li>
            <h2>{twoFactor.confirm}</h2>
            <Form on={on}>
              <Field on={on} name="code" label={twoFactor.code} autocomplete="one-time-code" inputmode="numeric" />
              <Submit>{twoFactor.turnOn}</Submit>
            </Form>
          </li>
        </ol>
      </section>
      <div class="buttons">
        <PostButton frame={frame} action="/pages/two-factor/begin" class="quiet small">
          {twoFactor.another}
        </PostButton>
      </div>
      <Back frame={frame} />
    </Sections>
  );
}

/** Apps take the key with spaces. */
function inGroups(text: string): string {
  return text.replaceAll(/(.{4})(?=.)/g, "$1 ");
}

/** What is printed is the list alone, under the name of the host. */
function BackupCodes({ frame, codes }: { frame: Frame; codes: readonly string[] }) {
  const { twoFactor } = WORDS[frame.language].account;
  return (
    <div class="print">
      <p class="on-paper">
        {frame.host}: {frame.visitor?.user.email}
      </p>
      <ul class="codes code" id="codes">
        {codes.map((code) => (
          <li>{`${code}\n`}</li>
        ))}
      </ul>
      <div class="buttons">
        <CopyButton of="codes" words={twoFactor} />
        <PrintButton>{twoFactor.print}</PrintButton>
      </div>
    </div>
  );
}

function CodesView({ frame, codes }: { frame: Frame; codes: readonly string[] }) {
  const { twoFactor } = WORDS[frame.language].account;
  return (
    <Sections frame={frame} title={twoFactor.codesTitle}>
      <section class="card">
        <p>{twoFactor.codesText}</p>
        <BackupCodes frame={frame} codes={codes} />
        <p>
          <a class="button small" href="/account/security">
            {twoFactor.done}
          </a>
        </p>
      </section>
    </Sections>
  );
}

function OnView({ frame }: { frame: Frame }) {
  const { twoFactor, security } = WORDS[frame.language].account;
  const renewing = formOn(frame, "/pages/two-factor/codes");
  const off = formOn(frame, "/pages/two-factor/off");
  const field = { type: "password", label: security.currentPassword, autocomplete: "current-password" } as const;
  return (
    <Sections frame={frame} title={twoFactor.title}>
      <section class="card">
        <p>{twoFactor.isOn}</p>
      </section>
      <section class="card">
        <h2>{twoFactor.newCodes}</h2>
        <p>{twoFactor.newCodesText}</p>
        <Form on={renewing}>
          <Field on={renewing} name="password" {...field} />
          <Submit class="quiet">{twoFactor.makeCodes}</Submit>
        </Form>
      </section>
      <section class="card">
        <h2>{twoFactor.turnOff}</h2>
        <p>{twoFactor.turnOffText}</p>
        <Form on={off}>
          <Field on={off} name="password" {...field} />
          <Field on={off} name="code" label={twoFactor.code} hint={twoFactor.codeHint} autocomplete="one-time-code" />
          <Submit class="danger">{twoFactor.turnOff}</Submit>
        </Form>
      </section>
      <Back frame={frame} />
    </Sections>
  );
}

function Back({ frame }: { frame: Frame }) {
  return (
    <p>
      <a href="/account/security">{WORDS[frame.language].account.twoFactor.back}</a>
    </p>
  );
}
