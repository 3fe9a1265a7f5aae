import { createApiKey, listApiKeys, revokeApiKey } from "../../domain/api-keys.ts";
import { sendLoginCode, signInByCode } from "../../domain/code-sign-in.ts";
import { AuthError } from "../../domain/error.ts";
import { signInByGoogle } from "../../domain/google-sign-in.ts";
import { signIn } from "../../domain/sign-in.ts";
import type { Account } from "../../domain/user.ts";
import { type Dialect, row } from "../../wire/dialect.ts";
import * as keyShapes from "./api-key-shapes.ts";
import { Failure, failure, refuse } from "./errors.ts";
import * as shapes from "./shapes.ts";

/** What this vendor's keys begin with. */
const KEY_PREFIX = "dyzo";

/** The path names a user by a number that anybody can guess: another's keys look as if there were none. */
function requireOwn({ user }: Account, { userId }: { userId: number }): void {
  if (user.id !== userId) throw new AuthError("not_found", "the path names another user");
}

// With the slash at the end, as they are documented; they answer without it too.
const rows = [
  row({
    method: "POST",
    path: "/login/",
    access: "public",
    summary: "Authenticate an employee with email and password",
    read: { body: shapes.Login },
    run: (core, { call, body }) => signIn(core, { call, ...body }),
    answer: shapes.LoggedIn,
    write: shapes.loggedIn,
    refusals: ["wrong_credentials", "email_unverified", "too_many_requests", "password_login_off"],
  }),
  row({
    method: "POST",
    path: "/send-otp/",
    access: "public",
    summary: "Send a one-time code by SMS or email; whether anybody has the number or address can't be told",
    read: { body: shapes.SendOtp },
    run: (core, { call, body }) => sendLoginCode(core, { call, ...body }),
    ...shapes.done("If there is an account, a code is on its way"),
    refusals: ["too_many_requests"],
  }),
  row({
    method: "POST",
    path: "/otp-login/",
    access: "public",
    summary: "Login using OTP sent to mobile/email",
    read: { body: shapes.OtpLogin },
    run: (core, { call, body }) => signInByCode(core, { call, ...body }),
    answer: shapes.Entered,
    write: shapes.entered,
    refusals: ["wrong_code", "wrong_credentials", "email_unverified", "too_many_requests"],
  }),
  row({
    method: "POST",
    path: "/api/google-login/",
    access: "public",
    summary: "Authenticate using a Google ID token or OAuth access token",
    read: { body: shapes.GoogleLogin },
    run: (core, { call, body }) => signInByGoogle(core, { call, ...body }),
    answer: shapes.Entered,
    write: shapes.entered,
    refusals: ["identity_refused", "wrong_credentials", "email_taken", "too_many_requests"],
  }),
  row({
    method: "POST",
    path: "/api-keys/:user_id/",
    access: "session",
    summary: "Generate a new API key for programmatic access; it is shown once",
    read: { params: keyShapes.Path, body: keyShapes.Wanted },
    run: (core, { call, caller, params, body }) => {
      requireOwn(caller, params);
      return createApiKey(core, { call, caller, wanted: body, prefix: KEY_PREFIX });
    },
    answer: keyShapes.Issued,
    write: keyShapes.issued,
    refusals: ["not_found", "too_many_api_keys"],
  }),
  row({
    method: "GET",
    path: "/api-keys/:user_id/",
    access: "account",
    summary: "Get all live API keys of the user, newest first",
    read: { params: keyShapes.Path },
    run: async (core, { caller, params }) => {
      requireOwn(caller, params);
      return listApiKeys(core, { caller });
    },
    answer: keyShapes.List,
    write: keyShapes.list,
    refusals: ["not_found"],
  }),
  row({
    method: "DELETE",
    path: "/api-keys/:user_id/",
    access: "session",
    summary: "Permanently delete an API key",
    read: { params: keyShapes.Path, body: keyShapes.Which },
    run: async (core, { call, caller, params, body }) => {
      requireOwn(caller, params);
      await revokeApiKey(core, { call, caller, which: body });
    },
    answer: keyShapes.Deleted,
    write: keyShapes.deleted,
    refusals: ["not_found"],
  }),
];

/** The documented dyzo API: numeric ids, `status` envelopes, and refresh through response headers. */
export const dyzo: Dialect = {
  name: "dyzo",
  title: "Dyzo",
  summary: "Numeric ids, status envelopes, and tokens that renew themselves through the answer's headers.",
  base: "",
  rows,
  renewal: { repeat: failure("The access token was renewed: please repeat the request") },
  refuse,
  errorBody: Failure,
};
