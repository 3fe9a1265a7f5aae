import * as v from "valibot";
import type { AccessToken } from "../../domain/access-token.ts";
import type { CompanySignedIn } from "../../domain/company-sign-in.ts";
import { sample, text } from "../../wire/fields.ts";

// What is read: the vendor's JSON -> our commands. Any text may be tried: what isn't a secret of ours is unknown, not invalid.

const secret = v.string("must be a string");

export const Login = v.object({ companyId: sample(secret, "c7f35c84-7893-4087-b4fb-d1f06c23a8e1") });

export const Refresh = v.pipe(
  v.object({ refresh: sample(secret, "q0W3nTzqf3o5VbY8yqKx2Yw1mZ4sR7uE6hJ9cLpA_dg") }),
  v.transform(({ refresh }) => ({ refreshToken: refresh })),
);

// What is written: our results -> the vendor's JSON.

const AccessTokenText = text("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9...");

export const LoggedIn = v.object({
  accessToken: AccessTokenText,
  refreshToken: text("q0W3nTzqf3o5VbY8yqKx2Yw1mZ4sR7uE6hJ9cLpA_dg"),
});

export function loggedIn({ access, refreshToken }: CompanySignedIn): v.InferOutput<typeof LoggedIn> {
  return { accessToken: access.token, refreshToken };
}

export const Refreshed = v.object({ accessToken: AccessTokenText });

export function refreshed({ token }: AccessToken): v.InferOutput<typeof Refreshed> {
  return { accessToken: token };
}
