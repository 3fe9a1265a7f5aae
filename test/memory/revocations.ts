import { AuthError } from "../../src/domain/error.ts";
import type { RevocableId, Revocations } from "../../src/domain/ports.ts";
import type { MemoryDatabase } from "./database.ts";

const REMEMBERED_SECONDS = 5;

/** One isolate's view of the ended sessions; `isDown` says whether what the isolates share can be reached. */
export function memoryRevocations(db: MemoryDatabase, isDown: () => boolean = () => false): Revocations {
  const ownEnded = new Set<RevocableId>();
  const remembered = new Map<RevocableId, { revoked: boolean; until: number }>();

  function remember(id: RevocableId, revoked: boolean, now: number): void {
    remembered.set(id, { revoked, until: now + REMEMBERED_SECONDS });
  }

  return {
    async publish(ids) {
      for (const id of ids) {
        ownEnded.add(id);
        (isDown() ? db.unpublished : db.published).add(id);
      }
    },

    async republish() {
      if (isDown()) return;
      for (const id of db.unpublished) db.published.add(id);
      db.unpublished.clear();
    },

    async recentlyRevoked(id, now) {
      if (ownEnded.has(id)) return true;
      const known = remembered.get(id);
      if (known !== undefined && now < known.until) return known.revoked;
      if (isDown()) throw new AuthError("unavailable", "revocations are down", { retryAfterSeconds: 1 });
      const revoked = db.published.has(id);
      remember(id, revoked, now);
      return revoked;
    },

    remember,
  };
}
