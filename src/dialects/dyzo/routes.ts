import { signIn } from "../../domain/sign-in.ts";
import { type Dialect, row } from "../../wire/dialect.ts";
import { Failure, failure, refuse } from "./errors.ts";
import * as shapes from "./shapes.ts";

const rows = [
  row({
    method: "POST",
    path: "/login",
    access: "public",
    summary: "Authenticate an employee with email and password",
    read: { body: shapes.Login },
    run: (core, { call, body }) => signIn(core, { call, ...body }),
    answer: shapes.LoggedIn,
    write: shapes.loggedIn,
    refusals: ["wrong_credentials", "too_many_requests", "password_login_off"],
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
