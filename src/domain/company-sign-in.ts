import { base64Url } from "../crypto/bytes.ts";
import type { AccessToken } from "./access-token.ts";
import { attempt } from "./attempt.ts";
import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { type CompanyStanding, companyIdHash, refreshTokenHash } from "./company-credential.ts";
import { issueCompanyToken } from "./company-token.ts";
import { AuthError } from "./error.ts";
import type { Core } from "./ports.ts";

const REFRESH_TOKEN_BYTES = 32;

export interface CompanySignedIn {
  readonly access: AccessToken;
  readonly refreshToken: string;
}

/** A company's secret becomes an access token and a refresh token, which stays the same until it ends. */
export async function signInCompany(
  core: Core,
  { call, companyId }: { call: Call; companyId: string },
): Promise<CompanySignedIn> {
  const standing = await guessed(core, { call, check: () => proveCompany(core, { call, companyId }) });
  const { credential, organization } = standing;
  const createdAt = core.clock.now();
  const grant = { createdAt, expiresAt: createdAt + core.settings.companyRefreshTokenTtlSeconds };
  const refreshToken = base64Url(core.random(REFRESH_TOKEN_BYTES));
  // Signed before it is stored: a fault of the keyring leaves no grant behind.
  const access = await issueCompanyToken(core, { clientId: call.clientId, standing, grant });
  const entry = auditEntry(call, {
    action: "company.signed_in",
    at: createdAt,
    actor: credential.id,
    organization,
    target: credential.id,
  });
  const made = { token: refreshTokenHash(refreshToken), credential: credential.id, grant };
  if (!(await core.companyCredentials.openGrant(made, entry))) {
    throw new AuthError("wrong_credentials", "the credential ended meanwhile");
  }
  return { access, refreshToken };
}

async function proveCompany(
  core: Core,
  { call, companyId }: { call: Call; companyId: string },
): Promise<CompanyStanding> {
  const at = core.clock.now();
  const standing = await core.companyCredentials.bySecret(companyIdHash(companyId), at);
  if (standing !== null) return standing;
  call.later(core.auditLog.write(auditEntry(call, { action: "company.sign_in_failed", at, result: "failure" })));
  throw new AuthError("wrong_credentials", "no such live company credential");
}

/** Another access token for the refresh token, which isn't rotated. */
export async function refreshCompany(
  core: Core,
  { call, refreshToken }: { call: Call; refreshToken: string },
): Promise<AccessToken> {
  const standing = await guessed(core, {
    call,
    check: async () => {
      const found = await core.companyCredentials.byRefreshToken(refreshTokenHash(refreshToken), core.clock.now());
      if (found === null) throw new AuthError("wrong_credentials", "no such live refresh token of a company");
      return found;
    },
  });
  const access = await issueCompanyToken(core, { clientId: call.clientId, standing, grant: standing.grant });
  call.later(core.companyCredentials.touch(standing.credential.id, core.clock.now()));
  return access;
}

/** Ended grants of one run of the cron trigger: more than a minute makes. */
const FORGOTTEN_AT_ONCE = 1_000;

export function forgetCompanyGrants(core: Core): Promise<number> {
  return core.companyCredentials.forgetGrants({ by: core.clock.now(), limit: FORGOTTEN_AT_ONCE });
}

function guessed<Result>(core: Core, { call, check }: { call: Call; check: () => Promise<Result> }): Promise<Result> {
  const asks = [{ name: "login:ip", key: clientKeyOf(call.address) }] as const;
  return attempt(core, { call, asks, counts: ["wrong_credentials"], check });
}
