import { base64Url, decodeBase64Url } from "../crypto/bytes.ts";
import type { Branded, SessionId } from "./ids.ts";
import type { Core } from "./ports.ts";

/** `<session id>.<counter>.<master key id>.<HMAC>`: nothing of it is stored but the counter. */
export type RefreshToken = Branded<string, "RefreshToken">;

/** What a refresh token with a good HMAC says. */
export interface RefreshClaims {
  readonly sessionId: SessionId;
  /** 0 for the token of the login, and one more with each rotation */
  readonly counter: number;
}

const SHAPE = /^(ses_[0-9A-Za-z]{22})\.(0|[1-9]\d{0,8})\.([1-9]\d{0,8})\.([\w-]{43})$/;

/** The one token of a session and counter: made again it is the same, as long as the first master key is. */
export async function issueRefreshToken(core: Core, { sessionId, counter }: RefreshClaims): Promise<RefreshToken> {
  const message = `${sessionId}.${counter}`;
  const { keyId, tag } = await core.sealer.mac({ purpose: "refresh-token", message });
  return `${message}.${keyId}.${base64Url(tag)}` as RefreshToken;
}

/** Null when it isn't one that we made. */
export async function readRefreshToken(core: Core, token: string): Promise<RefreshClaims | null> {
  const [, sessionId, counter, keyId, tag] = SHAPE.exec(token) ?? [];
  if (sessionId === undefined || tag === undefined) return null;
  const bytes = decodeTag(tag);
  if (bytes === null) return null;
  const genuine = await core.sealer.macMatches({
    purpose: "refresh-token",
    keyId: Number(keyId),
    message: `${sessionId}.${counter}`,
    tag: bytes,
  });
  return genuine ? { sessionId: sessionId as SessionId, counter: Number(counter) } : null;
}

function decodeTag(tag: string): Uint8Array | null {
  try {
    return decodeBase64Url(tag);
  } catch {
    return null;
  }
}
