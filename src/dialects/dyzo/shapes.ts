import * as v from "valibot";
import type { SignedIn } from "../../domain/sign-in.ts";
import type { Account } from "../../domain/user.ts";
import { email, password } from "../../wire/fields.ts";

// What is read: the vendor's JSON -> our commands.

export const Login = v.object({ email, password });

// What is written: our results -> the vendor's JSON.

const Employee = v.object({
  /** the integer primary key, as the vendor's clients expect */
  _id: v.number(),
  first_name: v.string(),
  last_name: v.string(),
  email: v.string(),
  companyId: v.nullable(v.number()),
  designation: v.string(),
  isActive: v.boolean(),
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

export const LoggedIn = v.object({
  status: v.literal(1),
  message: v.string(),
  access_token: v.string(),
  refresh_token: v.string(),
  employee: Employee,
});

export function loggedIn({ account, access, refresh }: SignedIn): v.InferOutput<typeof LoggedIn> {
  return {
    status: 1,
    message: "Login successful",
    access_token: access.token,
    refresh_token: refresh,
    employee: employee(account),
  };
}
