import { changePassword, changeProfile } from "../../domain/profile.ts";
import { endOtherSessions, endSession, listSessions, renewAccessToken } from "../../domain/sessions.ts";
import { signIn } from "../../domain/sign-in.ts";
import { signUp } from "../../domain/sign-up.ts";
import { type Dialect, row } from "../../wire/dialect.ts";
import { Problem, refuse } from "./errors.ts";
import * as shapes from "./shapes.ts";

const rows = [
  row({
    method: "POST",
    path: "/v1/auth/register",
    access: "public",
    summary: "Create a new user account",
    read: { body: shapes.Register },
    run: (core, { call, body }) => signUp(core, { call, ...body }),
    status: 201,
    answer: shapes.Registered,
    write: shapes.registered,
    refusals: ["email_taken", "weak_password", "too_many_requests"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/login",
    access: "public",
    summary: "Authenticate and receive a JWT access token",
    read: { body: shapes.Login },
    run: (core, { call, body }) => signIn(core, { call, ...body }),
    answer: shapes.LoggedIn,
    write: shapes.loggedIn,
    refusals: ["wrong_credentials", "too_many_requests", "password_login_off"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/refresh",
    access: "session",
    summary: "Get a new access token before expiration",
    run: (core, { caller }) => renewAccessToken(core, { caller }),
    answer: shapes.Token,
    write: shapes.token,
  }),
  row({
    method: "POST",
    path: "/v1/auth/logout",
    access: "session",
    summary: "Invalidate the current access token and its session",
    run: (core, { call, caller }) => endSession(core, { call, caller, id: caller.session.id }),
    ...shapes.done("Logged out successfully"),
  }),
  row({
    method: "GET",
    path: "/v1/auth/me",
    access: "session",
    summary: "Get the current user",
    run: async (_core, { caller }) => caller,
    answer: shapes.Profile,
    write: shapes.profile,
  }),
  row({
    method: "PATCH",
    path: "/v1/auth/me",
    access: "session",
    summary: "Update the profile",
    read: { body: shapes.ProfileUpdate },
    run: (core, { call, caller, body }) => changeProfile(core, { call, caller, change: body }),
    answer: shapes.Profile,
    write: shapes.profile,
  }),
  row({
    method: "POST",
    path: "/v1/auth/change-password",
    access: "session",
    summary: "Change the password; every other session ends",
    read: { body: shapes.PasswordChange },
    run: (core, { call, caller, body }) => changePassword(core, { call, caller, ...body }),
    ...shapes.done("Password changed"),
    refusals: ["wrong_password", "weak_password", "too_many_requests", "password_login_off"],
    fields: { newPassword: "new_password" },
  }),
  row({
    method: "GET",
    path: "/v1/auth/verify",
    access: "verify",
    summary: "Check any credential; made for forward-auth",
    run: async (_core, { caller }) => caller,
    answer: shapes.Verified,
    write: shapes.verified,
    headers: shapes.verifiedHeaders,
  }),
  row({
    method: "GET",
    path: "/v1/auth/sessions",
    access: "session",
    summary: "List the live sessions of the current user, newest first",
    run: async (core, { caller }) => ({ sessions: await listSessions(core, { caller }), current: caller.session.id }),
    answer: shapes.SessionList,
    write: shapes.sessionList,
  }),
  row({
    method: "DELETE",
    path: "/v1/auth/sessions/:id",
    access: "session",
    summary: "End one session of the current user",
    read: { params: shapes.SessionPath },
    run: (core, { call, caller, params }) => endSession(core, { call, caller, id: params.id }),
    ...shapes.done("Session ended"),
    refusals: ["not_found"],
  }),
  row({
    method: "DELETE",
    path: "/v1/auth/sessions",
    access: "session",
    summary: "End every session of the current user but this one",
    run: (core, { call, caller }) => endOtherSessions(core, { call, caller }),
    ...shapes.done("Other sessions ended"),
  }),
];

/** The documented datix API, and Latchkey's own extensions of it. */
export const datix: Dialect = {
  name: "datix",
  title: "Datix",
  summary: "Accounts, sessions and profiles: the documented Datix API, and Latchkey's own extensions of it.",
  base: "/v1/auth",
  rows,
  renewal: { repeat: null },
  refuse,
  errorBody: Problem,
};
