import type { Call } from "../domain/call.ts";
import type { ChallengeKind } from "../domain/challenge.ts";
import { confirmEmailChange, undoEmailChange } from "../domain/email-change.ts";
import { verifyEmail } from "../domain/email-verification.ts";
import { LINK_PATHS } from "../domain/mail.ts";
import type { Core } from "../domain/ports.ts";
import { resetPassword } from "../domain/recovery.ts";

interface Pressed {
  readonly call: Call;
  readonly token: string;
  /** "" where the page doesn't ask for one */
  readonly newPassword: string;
}

/** What the button led to, beyond its words. */
export interface Done {
  readonly resetToken: string | null;
}

/** Where a mailed link lands. Mail programs and scanners follow links, so looking at the page changes nothing: the button does. */
export interface LinkPage {
  readonly kind: ChallengeKind;
  /** the link's path: GET asks */
  readonly path: `/${string}`;
  /** the form's: POST acts */
  readonly action: `/pages/${string}`;
  readonly asksPassword: boolean;
  readonly run: (core: Core, pressed: Pressed) => Promise<Done>;
}

const NOTHING_MORE: Done = { resetToken: null };

export const LINK_PAGES: readonly LinkPage[] = [
  {
    kind: "verify_email",
    path: LINK_PATHS.verify_email,
    action: "/pages/verify-email",
    asksPassword: false,
    run: async (core, { call, token }) => {
      await verifyEmail(core, { call, token });
      return NOTHING_MORE;
    },
  },
  {
    kind: "reset_password",
    path: LINK_PATHS.reset_password,
    action: "/pages/reset-password",
    asksPassword: true,
    run: async (core, { call, token, newPassword }) => {
      await resetPassword(core, { call, token, newPassword });
      return NOTHING_MORE;
    },
  },
  {
    kind: "confirm_email_change",
    path: LINK_PATHS.confirm_email_change,
    action: "/pages/confirm-email-change",
    asksPassword: false,
    run: async (core, { call, token }) => {
      await confirmEmailChange(core, { call, token });
      return NOTHING_MORE;
    },
  },
  {
    kind: "undo_email_change",
    path: LINK_PATHS.email_change_notice,
    action: "/pages/undo-email-change",
    asksPassword: false,
    run: (core, { call, token }) => undoEmailChange(core, { call, token }),
  },
];
