import { resendVerification } from "../../domain/email-verification.ts";
import { askPasswordReset, resetPassword } from "../../domain/recovery.ts";
import { signIn } from "../../domain/sign-in.ts";
import { emailExists } from "../../domain/sign-up.ts";
import { renewTeamSession, signUpForTeam, verifyAndEnter, withTeam } from "../../domain/team-session.ts";
import { type Dialect, row } from "../../wire/dialect.ts";
import { Failure, refuse } from "./errors.ts";
import * as shapes from "./shapes.ts";

/** The documentation's own spelling, and the dictionary's. */
const PASSWORDS = ["passsword", "password"];

const rows = [
  row({
    method: "POST",
    path: "/api/login",
    access: "public",
    summary: "Authenticate with email and password",
    read: { body: shapes.Login },
    run: async (core, { call, body }) => withTeam(core, await signIn(core, { call, ...body })),
    answer: shapes.LoggedIn,
    write: shapes.loggedIn,
    refusals: ["wrong_credentials", "email_unverified", "too_many_requests", "password_login_off"],
  }),
  row({
    method: "POST",
    path: "/api/register",
    access: "public",
    summary: "Register a user; a mail then asks for confirmation of the address",
    read: { body: shapes.Register },
    run: (core, { call, body }) => signUpForTeam(core, { call, ...body }),
    answer: shapes.Registered,
    write: shapes.registered,
    refusals: ["email_taken", "weak_password", "too_many_requests"],
  }),
  row({
    method: "GET",
    path: "/api/verify-email/:token",
    access: "public",
    changes: true,
    summary: "Confirm the email address by the mailed token; a default team and project are made",
    read: { params: shapes.LinkPath },
    run: (core, { call, params }) => verifyAndEnter(core, { call, ...params }),
    answer: shapes.LoggedIn,
    write: shapes.loggedIn,
    refusals: ["not_found"],
  }),
  row({
    method: "GET",
    path: "/api/resend-email-verification",
    access: "session",
    changes: true,
    summary: "Send the confirmation mail again; the earlier link is void then",
    read: { query: shapes.ResendQuery },
    run: async (core, { call, caller, query }) => {
      await resendVerification(core, { call, caller, captcha: query.capcha });
      return renewTeamSession(core, { account: caller, session: caller.session });
    },
    answer: shapes.Tokens,
    write: shapes.tokens,
    refusals: ["captcha_refused", "too_many_requests"],
  }),
  row({
    method: "GET",
    path: "/api/refresh",
    access: "session",
    summary: "New tokens for a live userToken; the vaultToken may be for one project of the team",
    read: { query: shapes.Project },
    run: (core, { caller, query }) =>
      renewTeamSession(core, { account: caller, session: caller.session, project: query.project }),
    answer: shapes.Tokens,
    write: shapes.tokens,
    refusals: ["not_found"],
  }),
  ...PASSWORDS.map((word) =>
    row({
      method: "POST",
      path: `/api/forgot-${word}`,
      access: "public",
      summary: "Mail a link for a new password; whether the address has an account can't be told",
      read: { body: shapes.Forgot },
      run: (core, { call, body }) => askPasswordReset(core, { call, ...body }),
      answer: shapes.Ok,
      write: shapes.ok,
      refusals: ["too_many_requests"],
    }),
  ),
  ...PASSWORDS.map((word) =>
    row({
      method: "POST",
      path: `/api/reset-${word}`,
      access: "public",
      summary: "Set a new password by the mailed token; every session ends",
      read: { body: shapes.Reset },
      run: (core, { call, body }) => resetPassword(core, { call, ...body }),
      answer: shapes.Ok,
      write: shapes.ok,
      refusals: ["not_found", "weak_password"],
    }),
  ),
  row({
    method: "GET",
    path: "/api/exist-email/:email",
    access: "public",
    summary: "Check whether the address can no longer be registered",
    read: { params: shapes.EmailPath },
    run: (core, { call, params }) => emailExists(core, { call, ...params }),
    answer: shapes.Exists,
    write: (exists) => exists,
    refusals: ["too_many_requests"],
  }),
];

/** The documented vault API: a token of the user and one of the team, verification and recovery by mail. */
export const vault: Dialect = {
  name: "vault",
  title: "Vault",
  summary: "A token of the user and one of their team; verification of addresses and recovery by mail.",
  base: "/api",
  rows,
  refuse,
  errorBody: Failure,
};
