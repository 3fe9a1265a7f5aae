import type { Child } from "hono/jsx";
import type { Frame, RefusedForm } from "./page.ts";
import { WORDS } from "./words.ts";

/** A form as it stands on a page: what was wrong with it, and the start of its elements' ids. */
export interface FormOn {
  readonly frame: Frame;
  readonly action: string;
  readonly id: string;
  /** null when it was not refused just now */
  readonly refused: RefusedForm | null;
}

export function formOn(frame: Frame, action: `/pages/${string}`): FormOn {
  const refused = frame.refused?.action === action ? frame.refused : null;
  return { frame, action, id: action.replace("/pages/", "").replaceAll("/", "-"), refused };
}

/** The form with its token, and with what is wrong above its fields. `hidden`: what the page's address said. */
export function Form({
  on,
  hidden = {},
  children,
}: {
  on: FormOn;
  hidden?: Readonly<Record<string, string>>;
  children: Child;
}) {
  return (
    <form method="post" action={on.action}>
      <Hidden frame={on.frame} fields={hidden} />
      <Alert on={on} />
      {children}
    </form>
  );
}

function Hidden({ frame, fields }: { frame: Frame; fields: Readonly<Record<string, string>> }) {
  const all = frame.formToken === null ? fields : { form_token: frame.formToken, ...fields };
  return (
    <>
      {Object.entries(all)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
    </>
  );
}

/** A form that is nothing but its button. */
export function PostButton({
  frame,
  action,
  fields = {},
  class: look,
  label,
  children,
}: {
  frame: Frame;
  action: `/pages/${string}`;
  fields?: Readonly<Record<string, string>>;
  class: string;
  /** when the button's own words don't say of what it is */
  label?: string;
  children: Child;
}) {
  return (
    <form method="post" action={action} class="inline">
      <Hidden frame={frame} fields={fields} />
      <button type="submit" class={look} aria-label={label}>
        {children}
      </button>
    </form>
  );
}

export function Alert({ on }: { on: FormOn }) {
  if (on.refused === null) return null;
  const { title, text } = WORDS[on.frame.language].problems[on.refused.problem];
  return (
    <div class="alert" role="alert" id={`${on.id}-problem`}>
      <strong>{title}</strong>
      <p>{text}</p>
    </div>
  );
}

interface FieldSpec {
  readonly on: FormOn;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: "text" | "email" | "tel" | "password" | "number";
  readonly autocomplete?: string;
  readonly inputmode?: "numeric";
  readonly value?: string;
  readonly optional?: boolean;
  readonly maxlength?: number;
  readonly min?: number;
  readonly max?: number;
}

/** What nobody is shown again, not even who typed it. */
const SECRETS = ["password", "new_password", "code"];

export function Field({ on, name, label, hint, type = "text", optional = false, value = "", ...rest }: FieldSpec) {
  const id = `${on.id}-${name}`;
  const isWrong = on.refused?.field === name;
  const typed = on.refused === null ? value : on.refused.typed(name);
  const describedBy = [isWrong ? `${on.id}-problem` : "", hint === undefined ? "" : `${id}-hint`].join(" ").trim();
  return (
    <>
      <label for={id}>{label}</label>
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <input
        {...rest}
        type={type}
        id={id}
        name={name}
        value={SECRETS.includes(name) ? undefined : typed}
        required={!optional}
        aria-describedby={describedBy || undefined}
        aria-invalid={isWrong ? "true" : undefined}
        autofocus={isWrong}
      />
    </>
  );
}

/** A new password, with what it must be like, and how strong it looks where scripts run. */
export function NewPasswordField({ on }: { on: FormOn }) {
  const { language, passwordMinLength } = on.frame;
  const { newPassword } = WORDS[language];
  return (
    <>
      <Field
        on={on}
        name="new_password"
        type="password"
        label={newPassword.label}
        hint={newPassword.hint(passwordMinLength)}
        autocomplete="new-password"
      />
      <p
        class="hint"
        role="status"
        hidden
        data-strength={`${on.id}-new_password`}
        data-least={passwordMinLength}
        data-words={newPassword.strength.join("|")}
      />
    </>
  );
}

export function Submit({ children, class: look }: { children: Child; class?: string }) {
  return (
    <button type="submit" class={look}>
      {children}
    </button>
  );
}

interface SelectSpec {
  readonly on: FormOn;
  readonly name: string;
  readonly label: string;
  /** which of the options is chosen at first */
  readonly value: string;
  /** values and words */
  readonly options: readonly (readonly [value: string, words: string])[];
}

export function Select({ on, name, label, value, options }: SelectSpec) {
  const id = `${on.id}-${name}`;
  const chosen = on.refused === null ? value : on.refused.typed(name);
  return (
    <>
      <label for={id}>{label}</label>
      <select id={id} name={name}>
        {options.map(([option, words]) => (
          <option value={option} selected={option === chosen}>
            {words}
          </option>
        ))}
      </select>
    </>
  );
}

/** Copies an element's text. Without scripts it isn't there. */
export function CopyButton({ of, words }: { of: string; words: { readonly copy: string; readonly copied: string } }) {
  return (
    <button type="button" class="small" data-copy={of} data-done={words.copied} hidden>
      {words.copy}
    </button>
  );
}

export function PrintButton({ children }: { children: Child }) {
  return (
    <button type="button" class="quiet small" data-print hidden>
      {children}
    </button>
  );
}
