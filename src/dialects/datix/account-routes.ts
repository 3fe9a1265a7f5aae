import * as v from "valibot";
import { accountData } from "../../domain/account-data.ts";
import { deleteAccount } from "../../domain/departure.ts";
import { changePassword } from "../../domain/profile.ts";
import { AccountFile, accountFile } from "../../wire/account-data.ts";
import { row } from "../../wire/dialect.ts";
import { password } from "../../wire/fields.ts";
import * as profileShapes from "./profile-shapes.ts";
import * as shapes from "./shapes.ts";

/** Changing one's password, taking one's data along, and leaving. */
export const accountRows = [
  row({
    method: "POST",
    path: "/v1/auth/change-password",
    access: "session",
    summary: "Change the password; every other session ends",
    read: { body: profileShapes.PasswordChange },
    run: (core, { call, caller, body }) => changePassword(core, { call, caller, ...body }),
    ...shapes.done("Password changed"),
    refusals: ["wrong_password", "weak_password", "too_many_requests", "password_login_off"],
    fields: { newPassword: "new_password" },
  }),
  row({
    method: "GET",
    path: "/v1/auth/me/export",
    access: "session",
    summary: "Everything that is kept of the current user, as one JSON file",
    run: (core, { caller }) => accountData(core, { caller }),
    answer: AccountFile,
    write: accountFile,
  }),
  row({
    method: "DELETE",
    path: "/v1/auth/me",
    access: "session",
    summary: "Delete the account: takes the password, or a fresh login where there is none",
    read: { body: v.optional(v.object({ password: v.optional(password) }), {}) },
    run: (core, { call, caller, body }) => deleteAccount(core, { call, caller, password: body.password ?? null }),
    ...shapes.done("Account deleted"),
    refusals: ["wrong_password", "last_admin", "too_many_requests", "password_login_off"],
  }),
];
