import * as v from "valibot";
import type { VerifiedCredential } from "../../domain/access.ts";
import type { AccessToken } from "../../domain/access-token.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { NewAccount } from "../../domain/ports.ts";
import type { Session } from "../../domain/session.ts";
import type { SignedIn } from "../../domain/sign-in.ts";
import type { SignUp } from "../../domain/sign-up.ts";
import { type Account, ROLES } from "../../domain/user.ts";
import { email, IsoDate, isoDate, line, password, publicId } from "../../wire/fields.ts";

// What is read: the vendor's JSON -> our commands.

export const Register = v.pipe(
  v.object({ email, password, full_name: line(), organization_name: line() }),
  v.transform((body): SignUp => {
    const { full_name: fullName, organization_name: organizationName, ...rest } = body;
    return { ...rest, fullName, organizationName };
  }),
);

export const Login = v.object({ email, password });

export const ProfileUpdate = v.pipe(
  v.object({ full_name: v.optional(line()) }),
  v.transform(({ full_name: fullName }) => ({ fullName })),
);

export const PasswordChange = v.pipe(
  v.object({ current_password: password, new_password: password }),
  v.transform((body) => ({ currentPassword: body.current_password, newPassword: body.new_password })),
);

export const SessionPath = v.pipe(
  v.object({ id: publicId }),
  v.transform(({ id }) => ({ id: id as SessionId })),
);

// What is written: our results -> the vendor's JSON.

const Role = v.nullable(v.picklist(ROLES));

export const Registered = v.object({
  id: v.string(),
  email: v.string(),
  full_name: v.string(),
  organization_id: v.nullable(v.string()),
  role: Role,
  created_at: IsoDate,
});

export function registered({ user, organization, role }: NewAccount): v.InferOutput<typeof Registered> {
  return {
    id: user.publicId,
    email: user.email,
    full_name: user.fullName,
    organization_id: organization.publicId,
    role,
    created_at: isoDate(user.createdAt),
  };
}

export const Token = v.object({
  access_token: v.string(),
  token_type: v.literal("bearer"),
  expires_in: v.number(),
});

export function token({ token, expiresInSeconds }: AccessToken): v.InferOutput<typeof Token> {
  return { access_token: token, token_type: "bearer", expires_in: expiresInSeconds };
}

const LoggedInUser = v.object({
  id: v.string(),
  email: v.string(),
  full_name: v.string(),
  role: Role,
  organization_id: v.nullable(v.string()),
  two_factor_enabled: v.boolean(),
});

export const LoggedIn = v.object({ ...Token.entries, user: LoggedInUser });

export function loggedIn({ account, access }: SignedIn): v.InferOutput<typeof LoggedIn> {
  return { ...token(access), user: loggedInUser(account) };
}

function loggedInUser({ user, membership }: Account): v.InferOutput<typeof LoggedInUser> {
  return {
    id: user.publicId,
    email: user.email,
    full_name: user.fullName,
    role: membership?.role ?? null,
    organization_id: membership?.organization.publicId ?? null,
    two_factor_enabled: false,
  };
}

export const Profile = v.object({
  ...LoggedInUser.entries,
  assigned_agents: v.array(v.string()),
  created_at: IsoDate,
});

export function profile(account: Account): v.InferOutput<typeof Profile> {
  return { ...loggedInUser(account), assigned_agents: [], created_at: isoDate(account.user.createdAt) };
}

export const Done = v.object({ success: v.literal(true), message: v.string() });

/** The vendor's answer to what has no other result. */
export function done(message: string) {
  return (): v.InferOutput<typeof Done> => ({ success: true, message });
}

export const SessionList = v.object({
  sessions: v.array(
    v.object({
      id: v.string(),
      current: v.boolean(),
      client_id: v.string(),
      ip_address: v.nullable(v.string()),
      country: v.nullable(v.string()),
      user_agent: v.nullable(v.string()),
      created_at: IsoDate,
      expires_at: IsoDate,
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
  kind: v.picklist(["user"]),
  subject: v.string(),
  organization_id: v.nullable(v.string()),
  role: Role,
  scopes: v.array(v.string()),
  expires_at: IsoDate,
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
export function verifiedHeaders(credential: VerifiedCredential): Record<string, string> {
  return {
    "X-Auth-Subject": credential.subject,
    "X-Auth-Organization": credential.organization ?? "",
    "X-Auth-Role": credential.role ?? "",
  };
}
