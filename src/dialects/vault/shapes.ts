import * as v from "valibot";
import { unreachable } from "../../domain/error.ts";
import type { SignUp } from "../../domain/sign-up.ts";
import type { TeamOutcome, TeamSession } from "../../domain/team-session.ts";
import { email, line, newPassword, password, sample, text } from "../../wire/fields.ts";

// The samples are the documentation's own, where it has any.

// What is read: the vendor's JSON -> our commands.

export const Login = v.object({ email, password });

export const Register = v.pipe(
  v.object({ email, password: newPassword, name: sample(line(), "John Doe") }),
  // the team comes with the proof of the address
  v.transform(({ name: fullName, ...rest }): SignUp => ({ ...rest, fullName, organizationName: null })),
);

/** As it stood in the mail: one that can't be a token is not found, like any that isn't known. */
export const Project = v.object({
  project: v.optional(
    v.pipe(sample(line(100), "prj_789"), v.description("A project in use; without it the team's oldest one")),
  ),
});

const linkToken = sample(v.string("must be a string"), "gq3mYp0vXr7cTz1sKd9uWb5nEh2jLf8aQx4iVo6tRyM");

export const LinkPath = v.object({ token: v.pipe(linkToken, v.maxLength(200, "is not a token")) });

export const ResendQuery = v.object({
  // Turnstile's tokens have at most 2,048 characters
  capcha: v.optional(
    v.pipe(line(2_048, 0), v.description("The answer of the captcha; needed where one is configured")),
  ),
});

export const Forgot = v.object({ email });

export const Reset = v.object({ token: linkToken, newPassword });

export const EmailPath = v.object({ email });

// What is written: our results -> the vendor's JSON.

const UserToken = text("userToken");
const VaultToken = text("teamToken");

export const Tokens = v.object({ userToken: UserToken, vaultToken: VaultToken });

export function tokens({ access, team }: TeamSession): v.InferOutput<typeof Tokens> {
  return { userToken: access.token, vaultToken: team.token };
}

export const LoggedIn = v.union([
  Tokens,
  // finished at datix's `verify-2fa`, which then answers these tokens besides its own
  v.object({ requires_2fa: v.literal(true), temp_token: text("temp_xyz789") }),
]);

export function loggedIn(outcome: TeamOutcome): v.InferOutput<typeof LoggedIn> {
  switch (outcome.kind) {
    case "signed_in":
      return tokens(outcome);
    case "second_factor":
      return { requires_2fa: true, temp_token: outcome.tempToken };
    default:
      return unreachable(outcome);
  }
}

/** Null where nobody is in before the address is verified (`REQUIRE_VERIFIED_EMAIL`). */
export const Registered = v.object({ userToken: v.nullable(UserToken), vaultToken: v.nullable(VaultToken) });

export function registered(session: TeamSession | null): v.InferOutput<typeof Registered> {
  return session === null ? { userToken: null, vaultToken: null } : tokens(session);
}

export const Ok = v.object({ status: v.literal("ok") });

export function ok(): v.InferOutput<typeof Ok> {
  return { status: "ok" };
}

export const Exists = sample(v.boolean(), true);
