import * as v from "valibot";
import {
  KEY_LIFETIME_DEFAULT_DAYS,
  KEY_LIFETIME_MAX_DAYS,
  KEY_OVERLAP_MAX_SECONDS,
  KEY_RATE_LIMIT_MAX,
  type ListedApiKey,
} from "../../domain/api-key.ts";
import type { IssuedApiKey, WantedApiKey } from "../../domain/api-keys.ts";
import { IsoDate, isoDate, line, publicId, sample, text, whole } from "../../wire/fields.ts";

// The samples are the documentation's own.

// What is read.

const SCOPES_AT_MOST = 50;

const scope = v.pipe(
  v.string("must be a string"),
  v.examples(["agents:read"]),
  // RFC 6749 §3.3: a scope may be written in a list of them that is separated by spaces
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, "must be 1 to 100 printable ASCII characters without spaces"),
);

export const Wanted = v.pipe(
  v.object({
    name: sample(line(), "Production API Key"),
    description: v.nullish(sample(line(500), "For production integrations"), null),
    expires_in_days: v.optional(sample(whole(1, KEY_LIFETIME_MAX_DAYS), 365), KEY_LIFETIME_DEFAULT_DAYS),
    rate_limit: v.optional(v.pipe(sample(whole(1, KEY_RATE_LIMIT_MAX), 1_000), v.description("Requests an hour"))),
    scopes: v.optional(
      v.pipe(
        v.array(scope, "must be a list of strings"),
        v.maxLength(SCOPES_AT_MOST, `must be at most ${SCOPES_AT_MOST}`),
        v.transform((scopes) => [...new Set(scopes)]),
      ),
      [],
    ),
  }),
  v.transform(
    ({ expires_in_days: expiresInDays, rate_limit: rateLimit, ...rest }): WantedApiKey => ({
      ...rest,
      expiresInDays,
      rateLimit,
    }),
  ),
);

export const Path = v.pipe(
  v.object({ id: sample(publicId, "key_abc123") }),
  v.transform(({ id }) => ({ publicId: id })),
);

/** An empty body is a rotation too: without an overlap the old secret ends now. */
export const Rotation = v.pipe(
  v.optional(v.object({ overlap_seconds: v.optional(sample(whole(0, KEY_OVERLAP_MAX_SECONDS), 86_400), 0) }), {}),
  v.transform((body) => ({ overlapSeconds: body.overlap_seconds })),
);

// What is written. The answers that the documentation shows stay as they are; the list tells of the rest.

const DAY_SECONDS = 86_400;

export const Issued = v.object({
  id: text("key_abc123"),
  name: text("Production API Key"),
  key: text("sk_live_xyz789..."),
  created_at: IsoDate,
  expires_at: sample(IsoDate, "2025-12-15T10:00:00Z"),
});

export function issued({ key, secret }: IssuedApiKey): v.InferOutput<typeof Issued> {
  return {
    id: key.publicId,
    name: key.name,
    key: secret,
    created_at: isoDate(key.createdAt),
    expires_at: isoDate(key.expiresAt),
  };
}

export const List = v.object({
  api_keys: v.array(
    v.object({
      id: text("key_abc123"),
      name: text("Production API Key"),
      key_prefix: text("sk_live_xyz..."),
      created_at: IsoDate,
      expires_at: sample(IsoDate, "2025-12-15T10:00:00Z"),
      last_used_at: v.nullable(sample(IsoDate, "2024-12-16T08:30:00Z")),
      description: v.nullable(text("For production integrations")),
      scopes: v.array(text("agents:read")),
      rate_limit: sample(v.number(), 1_000),
      usage: v.pipe(
        v.array(
          v.object({ date: sample(v.pipe(v.string(), v.isoDate()), "2024-12-16"), requests: sample(v.number(), 42) }),
        ),
        v.description("Requests by day (UTC) of the last 30 days, newest first"),
      ),
    }),
  ),
});

export function list(keys: readonly ListedApiKey[]): v.InferOutput<typeof List> {
  return {
    api_keys: keys.map((key) => ({
      id: key.publicId,
      name: key.name,
      key_prefix: `${key.shownAs}...`,
      created_at: isoDate(key.createdAt),
      expires_at: isoDate(key.expiresAt),
      last_used_at: key.lastUsedAt === null ? null : isoDate(key.lastUsedAt),
      description: key.description,
      scopes: [...key.scopes],
      rate_limit: key.rateLimit,
      usage: key.usage.map(({ day, requests }) => ({ date: isoDate(day * DAY_SECONDS).slice(0, 10), requests })),
    })),
  };
}
