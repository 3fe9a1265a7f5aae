import { AuthError } from "../domain/error.ts";
import { formTokenOf, isFormTokenOf, newVisit } from "../domain/form-token.ts";
import { signInByGoogle } from "../domain/google-sign-in.ts";
import { secret } from "../wire/fields.ts";
import { outcomeOf } from "./login.tsx";
import { form, page } from "./page.ts";

/** developers.google.com/identity/openid-connect/openid-connect#authenticationuriparameters */
const GOOGLE = "https://accounts.google.com/o/oauth2/v2/auth";

const ACTION = "/pages/google";

/**
 * To Google, which posts an ID token back: no script of theirs runs here, and none of our own servers is asked. `state` is
 * bound to this browser by a cookie, so that nobody is signed in to somebody else's account.
 */
export const LOGIN_GOOGLE = page({
  path: "/login/google",
  access: "link",
  problems: { identity_refused: "google_refused", invalid_input: "google_refused", forbidden: "google_refused" },
  show: async (core, { given }) => {
    if (core.google === null) throw new AuthError("not_found", "no client id of Google's is configured");
    const visit = newVisit(core);
    const asked = new URLSearchParams({
      client_id: core.google.clientId,
      redirect_uri: core.settings.issuer + ACTION,
      response_type: "id_token",
      response_mode: "form_post",
      scope: "openid email profile",
      nonce: newVisit(core),
      state: await formTokenOf(core, visit),
    });
    return { kind: "to_google", to: `${GOOGLE}?${asked}`, waiting: `${visit} ${given("return_to")}` };
  },
  forms: [
    form("link", {
      action: ACTION,
      fromElsewhere: true,
      read: { state: secret, id_token: secret },
      run: async (core, { call, fields, waiting }) => {
        const [visit = "", returnTo = ""] = (waiting("google") ?? "").split(" ");
        if (!(await isFormTokenOf(core, { visit, token: fields.state }))) {
          throw new AuthError("forbidden", "google: the answer to another browser's question");
        }
        const outcome = await signInByGoogle(core, { call, token: fields.id_token });
        return outcomeOf(outcome, { returnTo, settings: core.settings });
      },
    }),
  ],
});
