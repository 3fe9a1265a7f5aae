import { refreshCompany, signInCompany } from "../../domain/company-sign-in.ts";
import { type Dialect, row } from "../../wire/dialect.ts";
import { Failure, refuse } from "./errors.ts";
import * as shapes from "./shapes.ts";

const rows = [
  row({
    method: "POST",
    path: "/auth/login",
    access: "public",
    summary: "Authenticate a company: an access token for 24 hours and a refresh token for 360 days",
    read: { body: shapes.Login },
    run: (core, { call, body }) => signInCompany(core, { call, ...body }),
    answer: shapes.LoggedIn,
    write: shapes.loggedIn,
    refusals: ["wrong_credentials", "too_many_requests"],
  }),
  row({
    method: "POST",
    path: "/auth/refresh",
    access: "public",
    summary: "Get a new access token for a refresh token, which stays as it is",
    read: { body: shapes.Refresh },
    run: (core, { call, body }) => refreshCompany(core, { call, ...body }),
    answer: shapes.Refreshed,
    write: shapes.refreshed,
    refusals: ["wrong_credentials", "too_many_requests"],
  }),
];

/** The documented elyssa API: companies, not people. */
export const elyssa: Dialect = {
  name: "elyssa",
  title: "Elyssa",
  summary: "A company's credential becomes an access token for 24 hours and a refresh token for 360 days.",
  base: "/auth",
  rows,
  refuse,
  errorBody: Failure,
};
