import { publicId } from "../crypto/ids.ts";
import {
  type ApiKey,
  type ApiKeyRef,
  type ApiKeySettings,
  KEYS_AT_MOST,
  keySecretHash,
  type ListedApiKey,
  newKeySecret,
  prefixOf,
  shownStart,
} from "./api-key.ts";
import { type AuditAction, type AuditEntry, auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { SecretHash } from "./ids.ts";
import type { Core } from "./ports.ts";
import type { Standing } from "./session.ts";
import type { Account } from "./user.ts";

export interface WantedApiKey extends Omit<ApiKeySettings, "rateLimit"> {
  readonly expiresInDays: number;
  /** requests an hour; absent: the limit `key` */
  readonly rateLimit?: number | undefined;
}

/** A key whose secret can be read now, and never again. */
export interface IssuedApiKey {
  readonly key: ApiKey;
  readonly secret: string;
}

const DAY_SECONDS = 86_400;

/** A new key of the caller's, acting in the caller's organization. `prefix` is the vendor's: `sk_live`. */
export async function createApiKey(
  core: Core,
  { call, caller, wanted, prefix }: { call: Call; caller: Standing; wanted: WantedApiKey; prefix: string },
): Promise<IssuedApiKey> {
  const { expiresInDays, rateLimit = core.settings.limits.key.max, ...settings } = wanted;
  const createdAt = core.clock.now();
  const { secret, hash, shownAs } = newSecret(core, prefix);
  const key = {
    ...settings,
    rateLimit,
    publicId: publicId({ prefix: "key", random: core.random }),
    shownAs,
    createdAt,
    expiresAt: createdAt + expiresInDays * DAY_SECONDS,
  };
  const id = await core.apiKeys.create(
    { ...key, ...ownerOf(caller), secret: hash },
    ownAudit(call, { action: "api_key.created", at: createdAt, caller, key }),
  );
  if (id === null) throw await whyNone(core, { caller, now: createdAt });
  return { key: { ...key, id }, secret };
}

/** The caller's live keys, newest first: all of them, as there are `KEYS_AT_MOST`. */
export async function listApiKeys(core: Core, { caller }: { caller: Account }): Promise<ListedApiKey[]> {
  return core.apiKeys.ofOwner(caller.user.id, core.clock.now());
}

/** Ends one key of the caller, all its secrets; one that isn't theirs, or isn't live, is not found. */
export async function revokeApiKey(
  core: Core,
  { call, caller, which }: { call: Call; caller: Standing; which: ApiKeyRef },
): Promise<void> {
  const { key, own } = await ownKey(core, { caller, which });
  const entry = ownAudit(call, { action: "api_key.revoked", at: own.now, caller, key });
  if (!(await core.apiKeys.revoke(own, entry))) throw notFound();
  core.apiKeys.forget(caller.user.id);
}

/**
 * A new secret of the same key: its settings, its end and its quota stay. The older secrets are good for `overlapSeconds`
 * more, and no longer than they would have been.
 */
export async function rotateApiKey(
  core: Core,
  { call, caller, which, overlapSeconds }: { call: Call; caller: Standing; which: ApiKeyRef; overlapSeconds: number },
): Promise<IssuedApiKey> {
  const { key, own } = await ownKey(core, { caller, which });
  const { secret, hash, shownAs } = newSecret(core, prefixOf(key));
  const entry = ownAudit(call, { action: "api_key.rotated", at: own.now, caller, key });
  const rotation = { ...own, secret: hash, shownAs, othersEndAt: own.now + overlapSeconds };
  if (!(await core.apiKeys.rotate(rotation, entry))) throw notFound();
  core.apiKeys.forget(caller.user.id);
  return { key: { ...key, shownAs }, secret };
}

function ownerOf({ user, membership, session }: Standing) {
  return { owner: user.id, organization: membership?.organization.id ?? null, session: session.id };
}

async function whyNone(core: Core, { caller, now }: { caller: Standing; now: number }): Promise<AuthError> {
  const isLive = (await core.sessions.standing(caller.session.id, now)) !== null;
  return isLive
    ? new AuthError("too_many_api_keys", `the user has ${KEYS_AT_MOST} live keys`)
    : new AuthError("unauthenticated", "the session ended meanwhile");
}

async function ownKey(core: Core, { caller, which }: { caller: Standing; which: ApiKeyRef }) {
  const own = { key: which, owner: caller.user.id, now: core.clock.now() };
  const key = await core.apiKeys.own(own);
  if (key === null) throw notFound();
  return { key, own };
}

function notFound(): AuthError {
  return new AuthError("not_found", "no such live key of this user");
}

function newSecret({ random }: Core, prefix: string): { secret: string; hash: SecretHash; shownAs: string } {
  const secret = newKeySecret({ prefix, random });
  const hash = keySecretHash(secret);
  if (hash === null) throw new TypeError(`${prefix}: a prefix is lower-case words joined by "_"`);
  return { secret, hash, shownAs: shownStart(secret) };
}

function ownAudit(
  call: Call,
  { action, at, caller, key }: { action: AuditAction; at: number; caller: Standing; key: { publicId: string } },
): AuditEntry {
  const organization = caller.membership?.organization.publicId ?? null;
  return auditEntry(call, { action, at, actor: caller.user.publicId, organization, target: key.publicId });
}
