import { askEmailChange } from "../domain/email-change.ts";
import { resendVerification } from "../domain/email-verification.ts";
import { AuthError } from "../domain/error.ts";
import { changePhone, verifyPhone } from "../domain/phone.ts";
import { changeProfile } from "../domain/profile.ts";
import type { Standing } from "../domain/session.ts";
import { email, line, phone, secret } from "../wire/fields.ts";
import { Field, Form, formOn, PostButton, Submit } from "./fields.tsx";
import { Sections } from "./layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { Time } from "./shown.tsx";
import { WORDS } from "./words.ts";

const PATH = "/account";

export const PROFILE = page({
  path: PATH,
  access: "session",
  show: async ({ captcha }, { visitor }) =>
    show((frame) => <ProfileView frame={frame} visitor={visitor} mayResend={captcha === null} />),
  forms: [
    form("session", {
      action: "/pages/name",
      read: { full_name: line() },
      run: async (core, { call, visitor, fields }) => {
        await changeProfile(core, { call, caller: visitor, change: { fullName: fields.full_name } });
        return go(PATH, "name_saved");
      },
    }),
    form("session", {
      action: "/pages/email",
      read: { email },
      run: async (core, { call, visitor, fields }) => {
        try {
          await askEmailChange(core, { call, caller: visitor, email: fields.email });
        } catch (error) {
          // whether somebody else has the address is not told here
          if (!(error instanceof AuthError) || error.refusal !== "email_taken") throw error;
        }
        return go(PATH, "email_asked");
      },
    }),
    form("session", {
      action: "/pages/resend-verification",
      read: {},
      run: async (core, { call, visitor }) => {
        await resendVerification(core, { call, caller: visitor, captcha: undefined });
        return go(PATH, "verification_sent");
      },
    }),
    form("session", {
      action: "/pages/phone",
      read: { phone },
      run: async (core, { call, visitor, fields }) => {
        await changePhone(core, { call, caller: visitor, phone: fields.phone });
        return go(PATH, "phone_asked");
      },
    }),
    form("session", {
      action: "/pages/confirm-phone",
      read: { code: secret },
      run: async (core, { call, visitor, fields }) => {
        await verifyPhone(core, { call, caller: visitor, code: fields.code.trim() });
        return go(PATH, "phone_saved");
      },
    }),
    form("session", {
      action: "/pages/remove-phone",
      read: {},
      run: async (core, { call, visitor }) => {
        await changePhone(core, { call, caller: visitor, phone: null });
        return go(PATH, "phone_removed");
      },
    }),
  ],
});

interface Seen {
  readonly frame: Frame;
  readonly visitor: Standing;
}

function ProfileView({ frame, visitor, mayResend }: Seen & { mayResend: boolean }) {
  const { profile } = WORDS[frame.language].account;
  const { user } = visitor;
  return (
    <Sections frame={frame} title={profile.title}>
      <NameSection frame={frame} visitor={visitor} />
      <EmailSection frame={frame} visitor={visitor} mayResend={mayResend} />
      <PhoneSection frame={frame} visitor={visitor} />
      <dl class="facts soft">
        <dt>{profile.since}</dt>
        <dd>
          <Time language={frame.language} at={user.createdAt} only="date" />
        </dd>
        <dt>{profile.id}</dt>
        <dd>
          <code>{user.publicId}</code>
        </dd>
      </dl>
    </Sections>
  );
}

function NameSection({ frame, visitor }: Seen) {
  const { profile, save } = WORDS[frame.language].account;
  const on = formOn(frame, "/pages/name");
  return (
    <section class="card">
      <h2>{profile.name}</h2>
      <Form on={on}>
        <Field
          on={on}
          name="full_name"
          label={profile.name}
          value={visitor.user.fullName}
          autocomplete="name"
          maxlength={200}
        />
        <Submit>{save}</Submit>
      </Form>
    </section>
  );
}

function EmailSection({ frame, visitor, mayResend }: Seen & { mayResend: boolean }) {
  const { profile } = WORDS[frame.language].account;
  const { email, emailVerifiedAt } = visitor.user;
  const on = formOn(frame, "/pages/email");
  const isConfirmed = emailVerifiedAt !== null;
  return (
    <section class="card">
      <h2>{profile.email}</h2>
      <p>
        <span class="who">{email}</span>{" "}
        <span class={isConfirmed ? "tag" : "tag warn"}>{isConfirmed ? profile.confirmed : profile.unconfirmed}</span>
      </p>
      {isConfirmed || !mayResend ? null : (
        <div class="buttons">
          <PostButton frame={frame} action="/pages/resend-verification" class="quiet small">
            {profile.resend}
          </PostButton>
        </div>
      )}
      <Form on={on}>
        <Field
          on={on}
          name="email"
          type="email"
          label={profile.newEmail}
          hint={profile.newEmailHint}
          autocomplete="email"
        />
        <Submit class="quiet">{profile.changeEmail}</Submit>
      </Form>
    </section>
  );
}

function PhoneSection({ frame, visitor }: Seen) {
  const { profile } = WORDS[frame.language].account;
  const { phone, pendingPhone } = visitor.user;
  const on = formOn(frame, "/pages/phone");
  const confirming = formOn(frame, "/pages/confirm-phone");
  return (
    <section class="card">
      <h2>{profile.phone}</h2>
      {phone === null ? <p class="soft">{profile.noPhone}</p> : <p class="who">{phone}</p>}
      {phone === null ? null : (
        <div class="buttons">
          <PostButton frame={frame} action="/pages/remove-phone" class="danger small">
            {profile.removePhone}
          </PostButton>
        </div>
      )}
      {pendingPhone === null ? null : (
        <Form on={confirming}>
          <p>{profile.phonePending(pendingPhone)}</p>
          <Field on={confirming} name="code" label={profile.code} autocomplete="one-time-code" inputmode="numeric" />
          <Submit>{profile.confirmPhone}</Submit>
        </Form>
      )}
      <Form on={on}>
        <Field
          on={on}
          name="phone"
          type="tel"
          label={profile.newPhone}
          hint={profile.newPhoneHint}
          autocomplete="tel"
        />
        <Submit class="quiet">{profile.sendCode}</Submit>
      </Form>
    </section>
  );
}
