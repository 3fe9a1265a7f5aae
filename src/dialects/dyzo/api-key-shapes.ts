import * as v from "valibot";
import type { ApiKey, ListedApiKey } from "../../domain/api-key.ts";
import { KEY_LIFETIME_DEFAULT_DAYS, KEY_LIFETIME_MAX_DAYS, KEY_RATE_LIMIT_MAX } from "../../domain/api-key.ts";
import type { IssuedApiKey, WantedApiKey } from "../../domain/api-keys.ts";
import type { ApiKeyId } from "../../domain/ids.ts";
import { IsoDate, isoDate, line, primaryKey, sample, text, whole } from "../../wire/fields.ts";

// The samples are the documentation's own.

// What is read: whose keys they are stands in the path, as the integer primary key.

export const Path = v.pipe(
  v.object({ user_id: sample(v.pipe(v.string(), v.regex(/^[1-9]\d{0,14}$/, "must be a whole number")), "10") }),
  v.transform(({ user_id: userId }) => ({ userId: Number(userId) })),
);

export const Wanted = v.pipe(
  v.object({
    name: sample(line(), "Production Key"),
    expires_in_days: v.optional(sample(whole(1, KEY_LIFETIME_MAX_DAYS), 365), KEY_LIFETIME_DEFAULT_DAYS),
    rate_limit: v.optional(v.pipe(sample(whole(1, KEY_RATE_LIMIT_MAX), 1_000), v.description("Requests an hour"))),
  }),
  v.transform(
    ({ name, expires_in_days: expiresInDays, rate_limit: rateLimit }): WantedApiKey => ({
      name,
      description: null,
      scopes: [],
      expiresInDays,
      rateLimit,
    }),
  ),
);

export const Which = v.pipe(
  v.object({ key_id: sample(whole(1, Number.MAX_SAFE_INTEGER), 5) }),
  v.transform(({ key_id: id }) => ({ id: id as ApiKeyId })),
);

// What is written.

const Named = {
  id: sample(primaryKey, 5),
  name: text("Production Key"),
};

const Standing = {
  is_active: sample(v.boolean(), true),
  rate_limit: sample(v.number(), 1_000),
  expires_at: sample(IsoDate, "2025-10-29T00:00:00Z"),
};

function named({ id, name }: ApiKey) {
  return { id, name };
}

function standing({ rateLimit, expiresAt }: ApiKey) {
  // only live keys are ever shown
  return { is_active: true, rate_limit: rateLimit, expires_at: isoDate(expiresAt) };
}

export const Issued = v.object({
  status: v.literal(1),
  message: text("API key created successfully"),
  api_key: v.object({ ...Named, key: text("dyzo_abc123..."), ...Standing }),
});

export function issued({ key, secret }: IssuedApiKey): v.InferOutput<typeof Issued> {
  const shown = { ...named(key), key: secret, ...standing(key) };
  return { status: 1, message: "API key created successfully", api_key: shown };
}

export const List = v.object({
  status: v.literal(1),
  api_keys: v.array(
    v.object({
      ...Named,
      ...Standing,
      key_prefix: text("dyzo_abc..."),
      created_at: sample(IsoDate, "2024-10-29T00:00:00Z"),
      last_used_at: v.nullable(sample(IsoDate, "2024-12-16T08:30:00Z")),
    }),
  ),
});

export function list(keys: readonly ListedApiKey[]): v.InferOutput<typeof List> {
  return {
    status: 1,
    api_keys: keys.map((key) => ({
      ...named(key),
      ...standing(key),
      key_prefix: `${key.shownAs}...`,
      created_at: isoDate(key.createdAt),
      last_used_at: key.lastUsedAt === null ? null : isoDate(key.lastUsedAt),
    })),
  };
}

export const Deleted = v.object({ status: v.literal(1), message: text("API key deleted successfully") });

export function deleted(): v.InferOutput<typeof Deleted> {
  return { status: 1, message: "API key deleted successfully" };
}
