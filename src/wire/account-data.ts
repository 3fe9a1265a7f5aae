import * as v from "valibot";
import type { AccountData } from "../domain/account-data.ts";
import { ROLES } from "../domain/user.ts";
import { IsoDate, isoDate, sample, text } from "./fields.ts";

// "Download my data": the same file from the API and from the pages.

const OptionalDate = v.nullable(IsoDate);

export const AccountFile = v.object({
  exported_at: IsoDate,
  account: v.object({
    id: text("user_123"),
    email: text("user@example.com"),
    email_verified_at: OptionalDate,
    pending_email: v.nullable(text("new@example.com")),
    phone: v.nullable(text("+15557122661")),
    full_name: text("John Doe"),
    two_factor_enabled: v.boolean(),
    created_at: IsoDate,
  }),
  organization: sample(v.nullable(v.object({ id: v.string(), name: v.string(), role: v.picklist(ROLES) })), {
    ...{ id: "org_456", name: "Acme Corp", role: "admin" },
  }),
  sessions: v.array(
    v.object({
      id: text("ses_3xVq0bT9mKzW5nY1cR7dLf"),
      client_id: text("datix"),
      ip_address: v.nullable(text("203.0.113.7")),
      country: v.nullable(text("DE")),
      user_agent: v.nullable(text("Mozilla/5.0")),
      created_at: IsoDate,
      expires_at: IsoDate,
    }),
  ),
  api_keys: v.array(
    v.object({
      id: text("key_abc123"),
      name: text("Production API Key"),
      description: v.nullable(text("For production integrations")),
      scopes: sample(v.array(v.string()), ["agents:read"]),
      rate_limit: sample(v.number(), 1000),
      created_at: IsoDate,
      expires_at: IsoDate,
      last_used_at: OptionalDate,
      usage: v.array(v.object({ date: text("2024-12-16"), requests: sample(v.number(), 42) })),
    }),
  ),
});

const DAY_SECONDS = 86_400;

export function accountFile({ account, sessions, apiKeys, at }: AccountData): v.InferOutput<typeof AccountFile> {
  const { user, membership, hasSecondFactor } = account;
  const date = (time: number | null) => (time === null ? null : isoDate(time));
  return {
    exported_at: isoDate(at),
    account: {
      id: user.publicId,
      email: user.email,
      email_verified_at: date(user.emailVerifiedAt),
      pending_email: user.pendingEmail,
      phone: user.phone,
      full_name: user.fullName,
      two_factor_enabled: hasSecondFactor,
      created_at: isoDate(user.createdAt),
    },
    organization:
      membership === null
        ? null
        : { id: membership.organization.publicId, name: membership.organization.name, role: membership.role },
    sessions: sessions.map((session) => ({
      id: session.id,
      client_id: session.clientId,
      ip_address: session.address,
      country: session.country,
      user_agent: session.userAgent,
      created_at: isoDate(session.createdAt),
      expires_at: isoDate(session.expiresAt),
    })),
    api_keys: apiKeys.map((key) => ({
      id: key.publicId,
      name: key.name,
      description: key.description,
      scopes: [...key.scopes],
      rate_limit: key.rateLimit,
      created_at: isoDate(key.createdAt),
      expires_at: isoDate(key.expiresAt),
      last_used_at: date(key.lastUsedAt),
      usage: key.usage.map(({ day, requests }) => ({ date: isoDate(day * DAY_SECONDS).slice(0, 10), requests })),
    })),
  };
}
