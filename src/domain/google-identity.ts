import { AuthError } from "./error.ts";
import type { Google } from "./ports/google.ts";
import type { Core } from "./ports.ts";
import { type TokenClaims, TokenRefused, type TokenRules, verifyToken } from "./token-verifier.ts";
import { parseEmail } from "./user.ts";

/** Who Google says it is. The subject is the identity; the address is only how to reach it. */
export interface GoogleIdentity {
  readonly subject: string;
  readonly email: string;
  /** null where Google doesn't tell it */
  readonly name: string | null;
}

/** Both spellings that Google's documentation gives. */
const ISSUERS = ["https://accounts.google.com", "accounts.google.com"];

/** Google's tokens are some 1,200 characters, and access tokens at most 2,048 bytes (its documentation, "Token size"). */
const TOKEN_MAX_LENGTH = 8_192;

/** Google's ID tokens live an hour. */
const MAX_LIFETIME_SECONDS = 24 * 3_600;

/**
 * Proves an ID token or an OAuth access token, both issued to our own client id and for a verified address.
 * Throws `identity_refused`; without a client id that is the answer to every token, and Google isn't asked.
 */
export async function proveGoogleToken(core: Core, token: string): Promise<GoogleIdentity> {
  const { google } = core;
  if (google === null) throw refused("google: no client id is configured");
  if (token.length > TOKEN_MAX_LENGTH) throw refused("google: the token is too long");
  const claims = isJwt(token)
    ? await idTokenClaims(core, { google, token })
    : await accessTokenClaims(core, { google, token });
  const { sub, email, email_verified: verified, name } = claims;
  // tokeninfo spells every value as a string
  if (verified !== true && verified !== "true") throw refused("google: the address is not verified");
  const address = typeof email === "string" ? parseEmail(email) : null;
  if (address === null || typeof sub !== "string" || sub === "") throw refused("google: no address or no subject");
  return { subject: sub, email: address, name: typeof name === "string" ? name : null };
}

function isJwt(token: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(token);
}

async function idTokenClaims(core: Core, { google, token }: { google: Google; token: string }): Promise<TokenClaims> {
  const rules: TokenRules = {
    algorithm: "RS256",
    types: ["jwt", null],
    issuers: ISSUERS,
    audience: google.clientId,
    required: ["email"],
    maxLifetimeSeconds: () => MAX_LIFETIME_SECONDS,
    expirySkewSeconds: 0,
  };
  try {
    return await verifyToken(token, (kid) => google.keyFor(kid), rules, core.clock.now());
  } catch (error) {
    if (error instanceof TokenRefused) throw refused(`google: id token ${error.reason}`);
    throw error;
  }
}

/** The same rules for what tokeninfo says. An access token of another application says nothing to us. */
async function accessTokenClaims(
  core: Core,
  { google, token }: { google: Google; token: string },
): Promise<Readonly<Record<string, unknown>>> {
  const info = await google.tokenInfo(token);
  if (info === null) throw refused("google: unknown access token");
  if (info.aud !== google.clientId) throw refused("google: an access token of another application");
  const now = core.clock.now();
  const expiresAt = info.exp === undefined ? now + Number(info.expires_in) : Number(info.exp);
  if (!(expiresAt > now)) throw refused("google: the access token has expired");
  return info;
}

function refused(why: string): AuthError {
  return new AuthError("identity_refused", why);
}
