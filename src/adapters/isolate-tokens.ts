import { sha256 } from "../crypto/bytes.ts";
import { TOKEN_MAX_LENGTH } from "../domain/compact-jws.ts";
import type { VerifiedToken, VerifiedTokens } from "../domain/ports/verified-tokens.ts";

/** One isolate's: 900 bytes each, so 9 MB of its 128. */
const REMEMBERED_AT_MOST = 10_000;

interface Remembered extends VerifiedToken {
  /** epoch seconds at which it was verified: a clock that stands before that proves it anew */
  readonly since: number;
}

/**
 * Remembers tokens by the hash of every character: to verify a signature costs a dozen times as much. What was refused is
 * never kept, so each refusal is the verifier's own.
 */
export class IsolateTokens implements VerifiedTokens {
  readonly #known = new Map<string, Remembered>();

  async verified(token: string, now: number, verify: () => Promise<VerifiedToken>): Promise<VerifiedToken> {
    if (token.length > TOKEN_MAX_LENGTH) return verify(); // refuses it; its hash would be the sender's to make dear
    const hash = String.fromCharCode(...sha256(token));
    const known = this.#known.get(hash);
    if (known !== undefined && known.since <= now && now < known.claims.exp) return known;
    this.#known.delete(hash);
    const proven = await verify();
    this.#keep(hash, { ...proven, since: now });
    return proven;
  }

  get size(): number {
    return this.#known.size;
  }

  #keep(hash: string, remembered: Remembered): void {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= REMEMBERED_AT_MOST) this.#known.delete(oldest);
    this.#known.set(hash, remembered);
  }
}
