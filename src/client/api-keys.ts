import type { Done } from "./account.ts";
import { type Client, call } from "./client.ts";

// API keys, with the fields and answers of datix's document. Each throws LatchkeyError.

export interface WantedApiKey {
  readonly name: string;
  readonly description?: string;
  readonly expires_in_days?: number;
  /** requests an hour */
  readonly rate_limit?: number;
  readonly scopes?: readonly string[];
}

export interface IssuedApiKey {
  readonly id: string;
  readonly name: string;
  /** shown once */
  readonly key: string;
  readonly created_at: string;
  readonly expires_at: string;
}

export interface ListedApiKey extends Omit<IssuedApiKey, "key"> {
  readonly key_prefix: string;
  readonly last_used_at: string | null;
  readonly description: string | null;
  readonly scopes: readonly string[];
  readonly rate_limit: number;
  readonly usage: readonly { readonly date: string; readonly requests: number }[];
}

const PATH = "/v1/auth/api-keys";

export function createApiKey(client: Client, wanted: WantedApiKey): Promise<IssuedApiKey> {
  return call(client, PATH, { json: wanted });
}

export function listApiKeys(client: Client): Promise<{ readonly api_keys: readonly ListedApiKey[] }> {
  return call(client, PATH);
}

/** A new secret for the key; the old one is good for `overlap_seconds` more, 0 unless said. */
export function rotateApiKey(
  client: Client,
  { id, ...rotation }: { readonly id: string; readonly overlap_seconds?: number },
): Promise<IssuedApiKey> {
  return call(client, `${PATH}/${encodeURIComponent(id)}/rotate`, { json: rotation });
}

export function revokeApiKey(client: Client, { id }: { readonly id: string }): Promise<Done> {
  return call(client, `${PATH}/${encodeURIComponent(id)}`, { method: "DELETE" });
}
