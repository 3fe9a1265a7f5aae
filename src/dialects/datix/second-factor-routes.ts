import {
  confirmSecondFactor,
  disableSecondFactor,
  enableSecondFactor,
  renewBackupCodes,
} from "../../domain/second-factor.ts";
import { type Row, row } from "../../wire/dialect.ts";
import * as secondFactor from "./second-factor-shapes.ts";
import { done } from "./shapes.ts";

/** How a user sets up a second factor, renews its backup codes and turns it off. */
export const secondFactorRows: readonly Row[] = [
  row({
    method: "POST",
    path: "/v1/auth/enable-2fa",
    access: "session",
    summary: "Set up two-factor authentication: in force once confirmed",
    run: (core, { call, caller }) => enableSecondFactor(core, { call, caller }),
    answer: secondFactor.SetUp,
    write: secondFactor.setUp,
    refusals: ["second_factor_on"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/confirm-2fa",
    access: "session",
    summary: "Put two-factor authentication in force by a first code",
    read: { body: secondFactor.Code },
    run: (core, { call, caller, body }) => confirmSecondFactor(core, { call, caller, ...body }),
    ...done("Two-factor authentication enabled"),
    refusals: ["wrong_second_factor", "second_factor_on", "second_factor_off", "too_many_requests"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/disable-2fa",
    access: "session",
    summary: "Disable two-factor authentication; every other session ends",
    read: { body: secondFactor.PasswordAndCode },
    run: (core, { call, caller, body }) => disableSecondFactor(core, { call, caller, ...body }),
    ...done("Two-factor authentication disabled"),
    refusals: ["wrong_password", "wrong_second_factor", "second_factor_off", "too_many_requests", "password_login_off"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/backup-codes",
    access: "session",
    summary: "Make new backup codes; all earlier ones are void",
    read: { body: secondFactor.Password },
    run: (core, { call, caller, body }) => renewBackupCodes(core, { call, caller, ...body }),
    answer: secondFactor.NewBackupCodes,
    write: secondFactor.newBackupCodes,
    refusals: ["wrong_password", "second_factor_off", "too_many_requests", "password_login_off"],
  }),
];
