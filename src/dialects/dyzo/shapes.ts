import * as v from "valibot";
import { unreachable } from "../../domain/error.ts";
import type { SignInOutcome } from "../../domain/sign-in.ts";
import type { Account } from "../../domain/user.ts";
import { email, password, primaryKey, sample, text } from "../../wire/fields.ts";

// The samples are the documentation's own.

// What is read: the vendor's JSON -> our commands.

export const Login = v.object({ email, password: sample(password, "securepassword123") });

// What is written: our results -> the vendor's JSON.

const Employee = v.object({
  _id: sample(primaryKey, 10),
  first_name: text("John"),
  last_name: text("Doe"),
  email: text("user@example.com"),
  companyId: v.nullable(sample(primaryKey, 1)),
  designation: text("Software Engineer"),
  isActive: sample(v.boolean(), true),
});

function employee({ user, membership }: Account): v.InferOutput<typeof Employee> {
  // The last word is the family name; who has one word alone has none.
  const words = user.fullName.split(/\s+/);
  const last = words.length > 1 ? words.slice(-1) : [];
  return {
    _id: user.id,
    first_name: words.slice(0, words.length - last.length).join(" "),
    last_name: last.join(" "),
    email: user.email,
    companyId: membership?.organization.id ?? null,
    designation: "",
    isActive: true,
  };
}

export const LoggedIn = v.union([
  v.object({
    status: v.literal(1),
    message: text("Login successful"),
    access_token: text("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."),
    refresh_token: text("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."),
    employee: Employee,
  }),
  // finished at datix's `verify-2fa`
  v.object({
    status: v.literal(1),
    message: text("Two-factor authentication required"),
    requires_2fa: v.literal(true),
    temp_token: text("temp_xyz789"),
  }),
]);

export function loggedIn(outcome: SignInOutcome): v.InferOutput<typeof LoggedIn> {
  switch (outcome.kind) {
    case "signed_in":
      return {
        status: 1,
        message: "Login successful",
        access_token: outcome.access.token,
        refresh_token: outcome.refresh,
        employee: employee(outcome.account),
      };
    case "second_factor":
      return {
        status: 1,
        message: "Two-factor authentication required",
        requires_2fa: true,
        temp_token: outcome.tempToken,
      };
    default:
      return unreachable(outcome);
  }
}
