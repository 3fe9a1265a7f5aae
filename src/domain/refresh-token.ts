import type { Branded, SessionId } from "./ids.ts";
import type { Core } from "./ports.ts";
import { readSignedText, signText } from "./signed-text.ts";

/** `<session id>.<counter>.<master key id>.<HMAC>`: nothing of it is stored but the counter. */
export type RefreshToken = Branded<string, "RefreshToken">;

/** What a refresh token with a good HMAC says. */
export interface RefreshClaims {
  readonly sessionId: SessionId;
  /** 0 for the token of the login, and one more with each rotation */
  readonly counter: number;
}

const CLAIMS = /^(ses_[0-9A-Za-z]{22})\.(0|[1-9]\d{0,8})$/;

/** The one token of a session and counter: made again it is the same, as long as the first master key is. */
export async function issueRefreshToken(core: Core, { sessionId, counter }: RefreshClaims): Promise<RefreshToken> {
  return (await signText(core, { purpose: "refresh-token", text: `${sessionId}.${counter}` })) as RefreshToken;
}

/** Null when it isn't one that we made. */
export async function readRefreshToken(core: Core, token: string): Promise<RefreshClaims | null> {
  const text = await readSignedText(core, { purpose: "refresh-token", signed: token });
  const [, sessionId, counter] = CLAIMS.exec(text ?? "") ?? [];
  return sessionId === undefined ? null : { sessionId: sessionId as SessionId, counter: Number(counter) };
}
