import * as v from "valibot";
import { COMPANY_ROLE, CREDENTIAL_KINDS, type VerifiedCredential } from "../../domain/access.ts";
import type { AccessToken } from "../../domain/access-token.ts";
import { unreachable } from "../../domain/error.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { SignedIn } from "../../domain/open-session.ts";
import type { NewAccount } from "../../domain/ports.ts";
import type { Session } from "../../domain/session.ts";
import type { SignInOutcome } from "../../domain/sign-in.ts";
import type { SignUp } from "../../domain/sign-up.ts";
import { type Account, ROLES } from "../../domain/user.ts";
import {
  email,
  IsoDate,
  isoDate,
  line,
  newPassword,
  password,
  publicId,
  sample,
  seconds,
  text,
} from "../../wire/fields.ts";

// The samples are the documentation's own.

// What is read: the vendor's JSON -> our commands.

export const Register = v.pipe(
  v.object({
    email,
    password: newPassword,
    full_name: sample(line(), "John Doe"),
    organization_name: sample(line(), "Acme Corp"),
  }),
  v.transform((body): SignUp => {
    const { full_name: fullName, organization_name: organizationName, ...rest } = body;
    return { ...rest, fullName, organizationName };
  }),
);

export const Login = v.object({ email, password });

export const SessionPath = v.pipe(
  v.object({ id: sample(publicId, "ses_3xVq0bT9mKzW5nY1cR7dLf") }),
  v.transform(({ id }) => ({ id: id as SessionId })),
);

// What is written: our results -> the vendor's JSON.

const Role = v.nullable(v.picklist(ROLES));
const OrganizationId = v.nullable(text("org_456"));

export const Registered = v.object({
  id: text("user_123"),
  email: text("user@example.com"),
  full_name: text("John Doe"),
  organization_id: OrganizationId,
  role: Role,
  created_at: IsoDate,
});

export function registered({ user, organization, role }: NewAccount): v.InferOutput<typeof Registered> {
  return {
    id: user.publicId,
    email: user.email,
    full_name: user.fullName,
    organization_id: organization?.publicId ?? null,
    role,
    created_at: isoDate(user.createdAt),
  };
}

export const Token = v.object({
  access_token: text("eyJhbGciOiJIUzI1NiIs..."),
  token_type: v.literal("bearer"),
  expires_in: sample(seconds, 3600),
});

export function token({ token, expiresInSeconds }: AccessToken): v.InferOutput<typeof Token> {
  return { access_token: token, token_type: "bearer", expires_in: expiresInSeconds };
}

export const LoggedInUser = v.object({
  id: text("user_123"),
  email: text("user@example.com"),
  full_name: text("John Doe"),
  role: Role,
  organization_id: OrganizationId,
  two_factor_enabled: v.boolean(),
});

export const LoggedIn = v.union([
  v.object({ ...Token.entries, user: LoggedInUser }),
  v.object({ requires_2fa: v.literal(true), temp_token: text("temp_xyz789") }),
]);

export function loggedIn(outcome: SignInOutcome): v.InferOutput<typeof LoggedIn> {
  switch (outcome.kind) {
    case "signed_in":
      return { ...token(outcome.access), user: loggedInUser(outcome.account) };
    case "second_factor":
      return { requires_2fa: true, temp_token: outcome.tempToken };
    default:
      return unreachable(outcome);
  }
}

export function loggedInUser({ user, membership, hasSecondFactor }: Account): v.InferOutput<typeof LoggedInUser> {
  return {
    id: user.publicId,
    email: user.email,
    full_name: user.fullName,
    role: membership?.role ?? null,
    organization_id: membership?.organization.publicId ?? null,
    two_factor_enabled: hasSecondFactor,
  };
}

const OtherTokens = v.object({
  refresh_token: v.optional(text("eyJhbGciOiJIUzI1NiIs...")),
  userToken: v.optional(text("eyJhbGciOiJIUzI1NiIs...")),
  vaultToken: v.optional(text("eyJhbGciOiJIUzI1NiIs...")),
});

/** A finished login, and the token of the team that it is for. */
interface Finished {
  readonly signedIn: SignedIn;
  readonly team: AccessToken;
}

/** A login that began in another dialect gets that dialect's tokens besides, under its names. */
const OTHER_TOKENS: Readonly<Record<string, (finished: Finished) => v.InferOutput<typeof OtherTokens>>> = {
  dyzo: ({ signedIn }) => ({ refresh_token: signedIn.refresh }),
  vault: ({ signedIn, team }) => ({ userToken: signedIn.access.token, vaultToken: team.token }),
};

/** As documented, the user is shorter here than after a login without a second factor. */
export const LoginFinished = v.object({
  ...Token.entries,
  ...OtherTokens.entries,
  user: v.object({ id: text("user_123"), email: text("user@example.com"), full_name: text("John Doe"), role: Role }),
});

export function loginFinished(finished: Finished): v.InferOutput<typeof LoginFinished> {
  const { account, access, session } = finished.signedIn;
  const { id, email, full_name, role } = loggedInUser(account);
  return { ...token(access), ...OTHER_TOKENS[session.clientId]?.(finished), user: { id, email, full_name, role } };
}

/** The vendor's answer to what has no other result: what is answered, and how it is written. */
export function done(message: string) {
  const answer = v.object({ success: v.literal(true), message: v.literal(message) });
  return { answer, write: (): v.InferOutput<typeof answer> => ({ success: true, message }) };
}

export const SessionList = v.object({
  sessions: v.array(
    v.object({
      id: text("ses_3xVq0bT9mKzW5nY1cR7dLf"),
      current: sample(v.boolean(), true),
      client_id: text("datix"),
      ip_address: v.nullable(text("203.0.113.7")),
      country: v.nullable(text("DE")),
      user_agent: v.nullable(text("Mozilla/5.0")),
      created_at: IsoDate,
      expires_at: sample(IsoDate, "2025-01-14T10:00:00Z"),
    }),
  ),
});

export function sessionList(list: {
  sessions: readonly Session[];
  current: SessionId;
}): v.InferOutput<typeof SessionList> {
  return {
    sessions: list.sessions.map((session) => ({
      id: session.id,
      current: session.id === list.current,
      client_id: session.clientId,
      ip_address: session.address,
      country: session.country,
      user_agent: session.userAgent,
      created_at: isoDate(session.createdAt),
      expires_at: isoDate(session.expiresAt),
    })),
  };
}

export const Verified = v.object({
  active: v.literal(true),
  kind: v.picklist(CREDENTIAL_KINDS),
  subject: text("user_123"),
  organization_id: OrganizationId,
  role: v.nullable(v.picklist([...ROLES, COMPANY_ROLE])),
  scopes: sample(v.array(v.string()), []),
  expires_at: sample(IsoDate, "2024-12-15T11:00:00Z"),
});

export function verified(credential: VerifiedCredential): v.InferOutput<typeof Verified> {
  return {
    active: true,
    kind: credential.kind,
    subject: credential.subject,
    organization_id: credential.organization,
    role: credential.role,
    scopes: [...credential.scopes],
    expires_at: isoDate(credential.expiresAt),
  };
}

/** For nginx `auth_request`, Caddy and Traefik forward-auth; what isn't there is sent empty, so that a proxy overwrites the client's own. */
export const verifiedHeaders = {
  "X-Auth-Subject": ({ subject }: VerifiedCredential) => subject,
  "X-Auth-Organization": ({ organization }: VerifiedCredential) => organization ?? "",
  "X-Auth-Role": ({ role }: VerifiedCredential) => role ?? "",
};
