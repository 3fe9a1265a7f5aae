import { type ApiKeyRef, KEYS_AT_MOST, type OwnKey } from "../../src/domain/api-key.ts";
import type { ApiKeyId, SecretHash } from "../../src/domain/ids.ts";
import type { ApiKeys } from "../../src/domain/ports/api-keys.ts";
import { type ApiKeyRow, activeMembership, hasSecondFactor, liveSession, type MemoryDatabase } from "./database.ts";

/** API keys in a Map; it remembers nothing, so what is recent is the truth. */
export function memoryApiKeys(db: MemoryDatabase): ApiKeys {
  const live = (now: number) => [...db.apiKeys.values()].filter(({ key, revoked }) => !revoked && key.expiresAt > now);
  const isNamed = ({ key }: ApiKeyRow, ref: ApiKeyRef) =>
    "id" in ref ? key.id === ref.id : key.publicId === ref.publicId;
  const own = (which: OwnKey) => live(which.now).find((row) => row.owner === which.owner && isNamed(row, which.key));

  async function standing(secret: SecretHash, now: number) {
    const found = db.apiKeySecrets.get(secret);
    const row = live(now).find(({ key }) => key.id === found?.keyId);
    const stored = row && db.users.get(row.owner);
    if (found === undefined || row === undefined || stored === undefined) return null;
    const { passwordHash: _hash, version: _version, ...user } = stored;
    const membership = activeMembership(db, user.id, row.organization);
    if (row.organization !== null && membership === null) return null;
    const { publicId, rateLimit, scopes } = row.key;
    const expiresAt = Math.min(row.key.expiresAt, found.expiresAt ?? row.key.expiresAt);
    const account = { user, membership, hasSecondFactor: hasSecondFactor(db, user.id) };
    return expiresAt > now ? { key: { publicId, rateLimit, scopes }, expiresAt, ...account } : null;
  }

  return {
    async create({ owner, organization, session, secret, ...settings }, audit) {
      if (liveSession(db, session, settings.createdAt) === undefined) return null;
      if (live(settings.createdAt).filter((row) => row.owner === owner).length >= KEYS_AT_MOST) return null;
      const id = (db.apiKeys.size + 1) as ApiKeyId;
      db.apiKeys.set(id, { key: { id, ...settings }, owner, organization, revoked: false });
      db.apiKeySecrets.set(secret, { keyId: id, expiresAt: null });
      db.audit.push(audit);
      return id;
    },

    async ofOwner(owner, now) {
      const rows = live(now).filter((row) => row.owner === owner);
      return rows.toReversed().map(({ key }) => ({ ...key, lastUsedAt: null, usage: [] }));
    },

    own: async (which) => own(which)?.key ?? null,

    async revoke(which, audit) {
      const row = own(which);
      if (row === undefined) return false;
      db.apiKeys.set(row.key.id, { ...row, revoked: true });
      db.audit.push(audit);
      return true;
    },

    async rotate({ secret, shownAs, othersEndAt, ...which }, audit) {
      const row = own(which);
      if (row === undefined) return false;
      for (const [hash, other] of db.apiKeySecrets) {
        if (other.keyId !== row.key.id) continue;
        db.apiKeySecrets.set(hash, { ...other, expiresAt: Math.min(other.expiresAt ?? othersEndAt, othersEndAt) });
      }
      db.apiKeySecrets.set(secret, { keyId: row.key.id, expiresAt: null });
      db.apiKeys.set(row.key.id, { ...row, key: { ...row.key, shownAs } });
      db.audit.push(audit);
      return true;
    },

    standing,
    recentStanding: standing,
    forget: () => undefined,
  };
}
