import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "../../domain/api-keys.ts";
import { verifyPhone } from "../../domain/phone.ts";
import { changeProfile } from "../../domain/profile.ts";
import { endOtherSessions, endSession, listSessions, renewAccessToken } from "../../domain/sessions.ts";
import { signIn } from "../../domain/sign-in.ts";
import { signUp } from "../../domain/sign-up.ts";
import { finishForTeam } from "../../domain/team-session.ts";
import { type Dialect, row } from "../../wire/dialect.ts";
import { accountRows } from "./account-routes.ts";
import * as keyShapes from "./api-key-shapes.ts";
import { Problem, refuse } from "./errors.ts";
import { invitationRows } from "./invitation-routes.ts";
import { organizationRows } from "./organization-routes.ts";
import * as profileShapes from "./profile-shapes.ts";
import { secondFactorRows } from "./second-factor-routes.ts";
import * as secondFactor from "./second-factor-shapes.ts";
import * as shapes from "./shapes.ts";

/** of the keys made here: `sk_live_...` */
const KEY_PREFIX = "sk_live";

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
    refusals: ["wrong_credentials", "email_unverified", "too_many_requests", "password_login_off"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/verify-2fa",
    access: "public",
    summary: "Complete a login with a TOTP or backup code",
    read: { body: secondFactor.SecondFactorOfLogin },
    run: (core, { call, body }) => finishForTeam(core, { call, ...body }),
    answer: shapes.LoginFinished,
    write: shapes.loginFinished,
    refusals: ["wrong_temp_token", "wrong_second_factor", "too_many_requests"],
  }),
  ...secondFactorRows,
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
    access: "account",
    summary: "Get the current user",
    run: async (_core, { caller }) => caller,
    answer: profileShapes.Profile,
    write: profileShapes.profile,
  }),
  row({
    method: "PATCH",
    path: "/v1/auth/me",
    access: "session",
    summary: "Update the profile; another email or phone waits for its proof",
    read: { body: profileShapes.ProfileUpdate },
    run: (core, { call, caller, body }) => changeProfile(core, { call, caller, change: body }),
    answer: profileShapes.Profile,
    write: profileShapes.profile,
    refusals: ["email_taken", "too_many_requests"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/verify-phone",
    access: "session",
    summary: "Prove the pending phone number by the code sent there",
    read: { body: secondFactor.Code },
    run: (core, { call, caller, body }) => verifyPhone(core, { call, caller, ...body }),
    answer: profileShapes.Profile,
    write: profileShapes.profile,
    refusals: ["wrong_code", "phone_taken", "too_many_requests"],
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
  row({
    method: "POST",
    path: "/v1/auth/api-keys",
    access: "session",
    summary: "Create a new API key for programmatic access; it is shown once",
    read: { body: keyShapes.Wanted },
    run: (core, { call, caller, body }) => createApiKey(core, { call, caller, wanted: body, prefix: KEY_PREFIX }),
    status: 201,
    answer: keyShapes.Issued,
    write: keyShapes.issued,
    refusals: ["too_many_api_keys"],
  }),
  row({
    method: "GET",
    path: "/v1/auth/api-keys",
    access: "account",
    summary: "List the live API keys of the current user, newest first",
    run: (core, { caller }) => listApiKeys(core, { caller }),
    answer: keyShapes.List,
    write: keyShapes.list,
  }),
  row({
    method: "DELETE",
    path: "/v1/auth/api-keys/:id",
    access: "session",
    summary: "Revoke an API key",
    read: { params: keyShapes.Path },
    run: (core, { call, caller, params }) => revokeApiKey(core, { call, caller, which: params }),
    ...shapes.done("API key revoked"),
    refusals: ["not_found"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/api-keys/:id/rotate",
    access: "session",
    summary: "Give an API key a new secret, shown once; the old one is good until the overlap ends",
    read: { params: keyShapes.Path, body: keyShapes.Rotation },
    run: (core, { call, caller, params, body }) => rotateApiKey(core, { call, caller, which: params, ...body }),
    answer: keyShapes.Issued,
    write: keyShapes.issued,
    refusals: ["not_found"],
  }),
];

/** The documented datix API, and Latchkey's own extensions of it. */
export const datix: Dialect = {
  name: "datix",
  title: "Datix",
  summary: "Accounts, sessions and profiles: the documented Datix API, and Latchkey's own extensions of it.",
  base: "/v1/auth",
  rows: [...rows, ...accountRows, ...organizationRows, ...invitationRows],
  renewal: { repeat: null },
  refuse,
  errorBody: Problem,
};
