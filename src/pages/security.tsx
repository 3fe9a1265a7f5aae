import type { SessionId } from "../domain/ids.ts";
import { changePassword } from "../domain/profile.ts";
import type { Session } from "../domain/session.ts";
import { endOtherSessions, endSession, listSessions } from "../domain/sessions.ts";
import { newPassword, password, publicId } from "../wire/fields.ts";
import { Alert, Field, Form, formOn, NewPasswordField, PostButton, Submit } from "./fields.tsx";
import { Sections } from "./layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { type Paged, Pager, pageOf } from "./paging.tsx";
import { countryName, deviceName, Time } from "./shown.tsx";
import { WORDS } from "./words.ts";

const PATH = "/account/security";

export const SECURITY = page({
  path: PATH,
  access: "session",
  show: async (core, { visitor, given }) => {
    const sessions = pageOf(await listSessions(core, { caller: visitor }), given);
    const current = visitor.session.id;
    const isProtected = visitor.hasSecondFactor;
    return show((frame) => <SecurityView {...{ frame, sessions, current, isProtected }} />);
  },
  forms: [
    form("session", {
      action: "/pages/password",
      read: { password, new_password: newPassword },
      run: async (core, { call, visitor, fields }) => {
        const change = { currentPassword: fields.password, newPassword: fields.new_password };
        await changePassword(core, { call, caller: visitor, ...change });
        return go(PATH, "password_changed");
      },
    }),
    form("session", {
      action: "/pages/end-session",
      read: { session: publicId },
      run: async (core, { call, visitor, fields }) => {
        await endSession(core, { call, caller: visitor, id: fields.session as SessionId });
        return go(PATH, "session_ended");
      },
    }),
    form("session", {
      action: "/pages/end-other-sessions",
      read: {},
      run: async (core, { call, visitor }) => {
        await endOtherSessions(core, { call, caller: visitor });
        return go(PATH, "others_ended");
      },
    }),
  ],
});

interface SecurityData {
  readonly frame: Frame;
  readonly sessions: Paged<Session>;
  readonly current: SessionId;
  readonly isProtected: boolean;
}

function SecurityView({ frame, sessions, current, isProtected }: SecurityData) {
  const { security } = WORDS[frame.language].account;
  return (
    <Sections frame={frame} title={security.title}>
      <PasswordSection frame={frame} />
      <section class="card">
        <h2>
          {security.secondFactor}{" "}
          <span class={isProtected ? "tag" : "tag warn"}>{isProtected ? security.on : security.off}</span>
        </h2>
        <p>{isProtected ? security.onText : security.offText}</p>
        <p>
          <a class="button small" href="/account/security/two-factor">
            {isProtected ? security.manage : security.setUp}
          </a>
        </p>
      </section>
      <section class="card">
        <h2>{security.sessions}</h2>
        <Alert on={formOn(frame, "/pages/end-session")} />
        <ul class="rows">
          {sessions.items.map((session) => (
            <SessionRow frame={frame} session={session} isCurrent={session.id === current} />
          ))}
        </ul>
        <Pager frame={frame} paged={sessions} />
        {sessions.items.length > 1 || sessions.page > 1 ? (
          <PostButton frame={frame} action="/pages/end-other-sessions" class="danger small">
            {security.endOthers}
          </PostButton>
        ) : null}
      </section>
    </Sections>
  );
}

function PasswordSection({ frame }: { frame: Frame }) {
  const { security } = WORDS[frame.language].account;
  const on = formOn(frame, "/pages/password");
  return (
    <section class="card">
      <h2>{security.password}</h2>
      <Form on={on}>
        {/* for password managers: whose password it is */}
        <input type="text" name="username" value={frame.visitor?.user.email} autocomplete="username" hidden />
        <Field
          on={on}
          name="password"
          type="password"
          label={security.currentPassword}
          autocomplete="current-password"
        />
        <NewPasswordField on={on} />
        <p class="hint">{security.changeHint}</p>
        <Submit>{security.changePassword}</Submit>
      </Form>
      <p class="hint">
        <a href="/forgot">{security.forgot}</a>
      </p>
    </section>
  );
}

/** The pages' own sessions need no word on where they began. */
const OURS = "pages";

function SessionRow({ frame, session, isCurrent }: { frame: Frame; session: Session; isCurrent: boolean }) {
  const { language } = frame;
  const { security } = WORDS[language].account;
  const device = deviceName(language, session.userAgent);
  const place = countryName(language, session.country) ?? security.unknownPlace;
  return (
    <li>
      <div>
        <p>
          <strong>{device}</strong> {isCurrent ? <span class="tag">{security.thisOne}</span> : null}
        </p>
        <p class="soft">
          {place}
          {session.address === null ? "" : ` (${session.address})`}, {security.signedInAt}{" "}
          <Time language={language} at={session.createdAt} />
          {session.clientId === OURS ? "" : `, ${security.through(session.clientId)}`}
        </p>
      </div>
      {isCurrent ? null : (
        <PostButton
          frame={frame}
          action="/pages/end-session"
          fields={{ session: session.id }}
          class="quiet small"
          label={security.endOf(device)}
        >
          {security.end}
        </PostButton>
      )}
    </li>
  );
}
