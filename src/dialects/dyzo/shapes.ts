import * as v from "valibot";
import type { CodeRecipient } from "../../domain/code-sign-in.ts";
import { unreachable } from "../../domain/error.ts";
import type { SignInOutcome } from "../../domain/sign-in.ts";
import type { Account } from "../../domain/user.ts";
import { described, email, password, phone, primaryKey, sample, secret, text } from "../../wire/fields.ts";

// The samples are the documentation's own.

// What is read: the vendor's JSON -> our commands.

export const Login = v.object({ email, password: sample(password, "securepassword123") });

const Recipient = {
  phone: v.optional(described(phone, "+1234567890", "An international number (E.164), or email instead of it")),
  email: v.optional(described(email, "user@example.com", "Instead of phone")),
};

interface Given {
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
}

const ONE_RECIPIENT = "needs either phone or email";

function isOneRecipient({ phone, email }: Given): boolean {
  return (phone === undefined) !== (email === undefined);
}

function recipientOf({ phone = "", email }: Given): CodeRecipient {
  return email === undefined ? { channel: "sms", to: phone } : { channel: "email", to: email };
}

export const SendOtp = v.pipe(
  v.object(Recipient),
  v.examples([{ phone: "+1234567890" }]),
  v.check((given) => isOneRecipient(given), ONE_RECIPIENT),
  v.transform((given) => ({ recipient: recipientOf(given) })),
);

export const OtpLogin = v.pipe(
  v.object({ ...Recipient, otp: sample(secret, "123456") }),
  v.examples([{ phone: "+1234567890", otp: "123456" }]),
  v.check((given) => isOneRecipient(given), ONE_RECIPIENT),
  v.transform(({ otp, ...given }) => ({ recipient: recipientOf(given), code: otp.trim() })),
);

export const GoogleLogin = v.object({
  token: sample(secret, "google_oauth_token_here"),
  email: v.optional(described(email, "user@example.com", "Where it is given, the token has to be for it")),
});

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
    designation: membership?.designation ?? "",
    isActive: true,
  };
}

/** Of those ways in whose documented answer has no message. */
const Entrance = {
  status: v.literal(1),
  access_token: text("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."),
  refresh_token: text("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."),
  employee: Employee,
};

/** Finished at datix's `verify-2fa`. */
const SecondFactor = v.object({
  status: v.literal(1),
  message: text("Two-factor authentication required"),
  requires_2fa: v.literal(true),
  temp_token: text("temp_xyz789"),
});

export const Entered = v.union([v.object(Entrance), SecondFactor]);

export function entered(outcome: SignInOutcome): v.InferOutput<typeof Entered> {
  switch (outcome.kind) {
    case "signed_in":
      return {
        status: 1,
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

const { status, ...rest } = Entrance;

export const LoggedIn = v.union([v.object({ status, message: text("Login successful"), ...rest }), SecondFactor]);

export function loggedIn(outcome: SignInOutcome): v.InferOutput<typeof LoggedIn> {
  const { status, ...rest } = entered(outcome);
  return { status, message: "Login successful", ...rest };
}

/** The vendor's answer to what has no other result: what is answered, and how it is written. */
export function done(message: string) {
  const answer = v.object({ status: v.literal(1), message: v.literal(message) });
  return { answer, write: (): v.InferOutput<typeof answer> => ({ status: 1, message }) };
}
