import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { vi } from "vitest";

// Google as its documentation states it: https://developers.google.com/identity/openid-connect/openid-connect#discovery,
// https://developers.google.com/identity/sign-in/web/backend-auth#verify-the-integrity-of-the-id-token

export const CLIENT_ID = "latchkey.apps.googleusercontent.com";

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** RSA keys take long to make: they are shared, and none is a secret. */
const made = new Map<string, Promise<Key>>();

export function googleKey(kid: string): Promise<Key> {
  const known = made.get(kid) ?? makeKey(kid);
  made.set(kid, known);
  return known;
}

async function makeKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } };
}

export class GoogleStandIn {
  /** kids of the keys that it publishes */
  published: readonly string[] = ["g1"];
  /** what tokeninfo knows, by access token */
  readonly accessTokens = new Map<string, object>();
  /** the paths that were asked for, in order */
  readonly asked: string[] = [];
  /** what is done instead of the documented thing */
  trouble: (() => Response) | null = null;

  async answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    this.asked.push(pathname);
    if (this.trouble !== null) return this.trouble();
    if (pathname === "/oauth2/v3/certs") return this.#keys();
    if (pathname !== "/tokeninfo") return new Response(null, { status: 404 });
    const info = this.accessTokens.get(searchParams.get("access_token") ?? "");
    return info === undefined
      ? Response.json({ error: "invalid_token", error_description: "Invalid Value" }, { status: 400 })
      : Response.json(info);
  }

  async #keys(): Promise<Response> {
    const keys = await Promise.all(this.published.map(googleKey));
    const headers = { "Cache-Control": "public, max-age=19800, must-revalidate, no-transform" };
    return Response.json({ keys: keys.map(({ jwk }) => jwk) }, { headers });
  }
}

/** Google in place of the network, until `vi.restoreAllMocks()`. */
export function standInForGoogle(): GoogleStandIn {
  const google = new GoogleStandIn();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => google.answer(new Request(input, init)));
  return google;
}

/** An ID token with these claims besides those that each has; `by` is the kid of the key that signs it. */
export async function idToken(
  now: number,
  claims: object = {},
  { by = "g1", header = {} }: { by?: string; header?: object } = {},
): Promise<string> {
  const { privateKey } = await googleKey(by);
  const standard = {
    ...{ iss: "https://accounts.google.com", azp: CLIENT_ID, aud: CLIENT_ID, sub: "110169484474386276334" },
    ...{ email: "ada@example.com", email_verified: true, name: "Ada King", iat: now, exp: now + 3_600 },
  };
  return new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg: "RS256", kid: by, typ: "JWT", ...header })
    .sign(privateKey);
}

/** What tokeninfo says of a good access token. */
export function accessTokenInfo(now: number, changes: object = {}): object {
  return {
    ...{ azp: CLIENT_ID, aud: CLIENT_ID, sub: "110169484474386276334", scope: "openid email" },
    ...{ exp: `${now + 3_599}`, expires_in: "3599", email: "ada@example.com", email_verified: "true" },
    ...changes,
  };
}
