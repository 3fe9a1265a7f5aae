import { hex, sha256 } from "../crypto/bytes.ts";
import type { AuditEntry } from "./audit.ts";

/** An entry as it is stored. */
export interface StoredEntry extends AuditEntry {
  readonly id: number;
  /** its number in the chain of its organization, from 1 on; null until it is chained */
  readonly sequence: number | null;
  readonly chainHash: string | null;
}

/** Where an organization's chain ends. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

/** What stands before the first entry of every chain. */
export const CHAIN_START: ChainHead = { sequence: 0, hash: "0".repeat(64) };

/**
 * The head after one more entry: the SHA-256, in hex, of the previous hash, a line feed, and the entry as a JSON array
 * without white space, in this order. Each organization has a chain of its own, so that who holds its export can check
 * it without anybody else's entries.
 */
export function nextHead(previous: ChainHead, entry: AuditEntry): ChainHead {
  const sequence = previous.sequence + 1;
  const event = [sequence, entry.at, entry.action, entry.result, entry.actor, entry.organization, entry.target];
  const origin = [entry.address, entry.country, entry.userAgent, entry.requestId];
  return { sequence, hash: hex(sha256(`${previous.hash}\n${JSON.stringify([...event, ...origin])}`)) };
}
