import { base64Url, type Random } from "../crypto/bytes.ts";
import { publicId } from "../crypto/ids.ts";
import type { Language } from "./language.ts";
import type { LimitState } from "./limit.ts";

/** What one request knows of itself, and what is learnt while it is answered. */
export interface Call {
  /** `req_...`: in the answer, the log and the audit log */
  readonly id: string;
  /** the dialect that was spoken: the `client_id` of sessions opened here */
  readonly clientId: string;
  /** `CF-Connecting-IP`, and nothing that a client could write itself; null when there is none */
  readonly address: string | null;
  readonly country: string | null;
  readonly userAgent: string | null;
  /** what to write to this person in: from `Accept-Language` */
  readonly language: Language;
  /** the limits that were asked: the answer bears them as headers */
  readonly limits: LimitState[];
  /** headers that the answer bears, whatever it is */
  readonly headers: Record<string, string>;
  /** Work that goes on after the answer; its failure is logged and harms nobody. */
  later(work: Promise<unknown>): void;
}

export function newRequestId(random: Random): string {
  return publicId({ prefix: "req", random });
}

/** CSP3 §4.1: at least 128 bits, new for every answer. */
export function newNonce(random: Random): string {
  return base64Url(random(16));
}
