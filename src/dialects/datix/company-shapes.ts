import * as v from "valibot";
import type { CompanyCredential } from "../../domain/company-credential.ts";
import type { IssuedCompanyCredential } from "../../domain/company-credentials.ts";
import type { CredentialId } from "../../domain/ids.ts";
import { cursorOf, type Page } from "../../domain/page.ts";
import { IsoDate, isoDate, line, publicId, sample, text } from "../../wire/fields.ts";
import { NextCursor } from "../../wire/paging.ts";

const LIFETIME_MAX_DAYS = 3_650;
const LIFETIME_RULE = `must be a whole number of days from 1 to ${LIFETIME_MAX_DAYS}`;

const NAME = "ERP";
const ID = "cred_2uB7dN0xQ9sLkW4tY6rE1p";

export const NewCompanyCredential = v.pipe(
  v.object({
    name: sample(line(), NAME),
    expires_in_days: v.optional(
      v.pipe(
        v.number(LIFETIME_RULE),
        v.integer(LIFETIME_RULE),
        v.minValue(1, LIFETIME_RULE),
        v.maxValue(LIFETIME_MAX_DAYS, LIFETIME_RULE),
        v.description("Without it the credential is good until it is revoked"),
        v.examples([365]),
      ),
    ),
  }),
  v.transform(({ name, expires_in_days: expiresInDays = null }) => ({ name, expiresInDays })),
);

export const CredentialPath = v.pipe(
  v.object({ id: sample(publicId, ID) }),
  v.transform(({ id }) => ({ id: id as CredentialId })),
);

export const IssuedCredential = v.object({
  id: text(ID),
  name: text(NAME),
  company_id: v.pipe(
    text("c7f35c84-7893-4087-b4fb-d1f06c23a8e1"),
    v.description("What the company signs in with: shown this once"),
  ),
  created_at: IsoDate,
});

export function issuedCredential({
  credential,
  companyId,
}: IssuedCompanyCredential): v.InferOutput<typeof IssuedCredential> {
  const { id, name, createdAt } = credential;
  return { id, name, company_id: companyId, created_at: isoDate(createdAt) };
}

export const CompanyCredentialList = v.object({
  company_credentials: v.array(
    v.object({
      id: text(ID),
      name: text(NAME),
      created_at: IsoDate,
      expires_at: v.nullable(sample(IsoDate, "2025-12-15T10:00:00Z")),
      last_used_at: v.nullable(sample(IsoDate, "2024-12-16T08:30:00Z")),
    }),
  ),
  next_cursor: NextCursor,
});

export function companyCredentialList({
  items,
  next,
}: Page<CompanyCredential, number>): v.InferOutput<typeof CompanyCredentialList> {
  return {
    company_credentials: items.map(({ id, name, createdAt, expiresAt, lastUsedAt }) => ({
      id,
      name,
      created_at: isoDate(createdAt),
      expires_at: dateOrNull(expiresAt),
      last_used_at: dateOrNull(lastUsedAt),
    })),
    next_cursor: next === null ? null : cursorOf(next),
  };
}

function dateOrNull(epochSeconds: number | null): string | null {
  return epochSeconds === null ? null : isoDate(epochSeconds);
}
