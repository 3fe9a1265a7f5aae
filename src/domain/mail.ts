interface Link {
  /** base64url */
  readonly token: string;
  readonly lifetimeSeconds: number;
}

interface Code {
  readonly code: string;
  readonly lifetimeSeconds: number;
}

/** Every mail that Latchkey writes, with what it tells: a closed list, so that a language that lacks one doesn't compile. */
export interface MailFacts {
  readonly verify_email: Link;
  readonly reset_password: Link;
  readonly password_changed: object;
  readonly account_deleted: object;
  /** somebody tried to register it */
  readonly address_taken: object;
  /** to the new address */
  readonly confirm_email_change: Link;
  /** to the old address, with the link that undoes it */
  readonly email_change_notice: Link & { readonly newEmail: string };
  readonly email_code: Code;
  /** a code proved an address that nobody had proven: whoever made the account is told */
  readonly login_code_used: object;
  /** a way in was added to an account that there was */
  readonly identity_linked: object;
  readonly phone_added: { readonly phone: string };
  readonly invitation: Link & { readonly organization: string; readonly inviter: string };
}

export type MailKind = keyof MailFacts;
export type Mail<Kind extends MailKind = MailKind> = { [K in Kind]: { readonly kind: K } & MailFacts[K] }[Kind];

/** Every SMS. */
export type Sms = { readonly kind: "sms_code" } & Code;

/** Where each link lands, with its token as `?token=`. */
export const LINK_PATHS = {
  verify_email: "/verify-email",
  reset_password: "/reset-password",
  confirm_email_change: "/confirm-email-change",
  email_change_notice: "/undo-email-change",
  invitation: "/accept-invitation",
} as const satisfies { readonly [Kind in MailKind]?: `/${string}` };

/** What a mail says in one language; its link or code stands between opening and closing. */
export interface Letter {
  readonly subject: string;
  /** one paragraph each */
  readonly opening: readonly string[];
  readonly closing: readonly string[];
}

export interface LinkLetter extends Letter {
  readonly button: string;
}

type LetterFor<Facts> = Facts extends Link ? LinkLetter : Letter;

/** One language. What people wrote (names) is one line by the time it gets here; the layout escapes it. */
export interface Words {
  readonly letters: { readonly [Kind in MailKind]: (mail: Mail<Kind>) => LetterFor<MailFacts[Kind]> };
  readonly sms: (sms: Sms & { readonly host: string }) => string;
}
