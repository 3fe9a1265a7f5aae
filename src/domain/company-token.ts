import { COMPANY_ROLE } from "./access.ts";
import { type AccessToken, signAccessToken } from "./access-token.ts";
import type { CompanyGrant, CompanyStanding } from "./company-credential.ts";
import type { Core } from "./ports.ts";

/** A company's token: `userId`, `username`, `organizationId` and `nbf` are the vendor's own claims. It never outlives its credential. */
export async function issueCompanyToken(
  core: Core,
  { clientId, standing, grant }: { clientId: string; standing: CompanyStanding; grant: CompanyGrant },
): Promise<AccessToken> {
  const { credential, organization } = standing;
  const now = core.clock.now();
  const end = Math.min(credential.expiresAt ?? Number.POSITIVE_INFINITY, grant.expiresAt);
  return signAccessToken(core, {
    subject: credential.id,
    expiresInSeconds: Math.min(core.settings.companyAccessTokenTtlSeconds, end - now),
    claims: {
      client_id: clientId,
      kind: "company",
      sid: credential.id,
      org: organization,
      role: COMPANY_ROLE,
      auth_time: grant.createdAt,
      userId: credential.id,
      username: credential.name,
      organizationId: organization,
      nbf: now,
    },
  });
}
