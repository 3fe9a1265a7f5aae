import { accessTokenRules } from "../domain/access-rules.ts";
import { type Presented, presentedIn } from "../domain/presented.ts";
import { type TokenClaims, TokenRefused, verifyToken } from "../domain/token-verifier.ts";
import { askOverHttp } from "./ask.ts";
import { KeySet } from "./key-set.ts";
import { type AuthService, type Credential, inactive, type Verification } from "./verification.ts";
import { systemFetch, systemNow } from "./world.ts";

export type {
  AuthService,
  Credential,
  Verification,
  VerificationFailure,
  VerifiedCredential,
} from "./verification.ts";

/** Clocks of two machines disagree: how long past its end a token is still taken here. */
const EXPIRY_SKEW_SECONDS = 30;
/** The longest life that Latchkey gives an access token. */
const MAX_LIFETIME_SECONDS = 86_400;
/** What fits in a header, and is no longer than a token may be: everything else is junk, and nobody is asked about it. */
const CREDENTIAL = /^[!-~]{1,8192}$/;
const TOKEN_KINDS = ["user", "team", "company"] as const;

export interface VerifierOptions {
  /** Latchkey's origin: `iss` of its tokens, and where its keys are */
  readonly issuer: string;
  /** `aud` of its tokens; the issuer unless its variable AUDIENCE says otherwise */
  readonly audience?: string;
  /**
   * What Latchkey is asked about. `keys`: API keys alone; a token is verified here by its signature, and a logout is seen
   * when the token expires. `everything`: tokens too, and a logout is seen within 65 seconds.
   */
  readonly ask?: "keys" | "everything";
  /** a binding to Latchkey's RPC class: what is asked is asked there, without a network hop */
  readonly service?: AuthService;
  readonly fetch?: typeof fetch;
  /** epoch seconds */
  readonly now?: () => number;
}

export interface Verifier {
  /** Never throws: what could not be had now is `unavailable`. */
  verify(credential: Credential): Promise<Verification>;
}

/** Verifies Latchkey's tokens and API keys in any runtime with `fetch` and WebCrypto. Made once: it keeps the public keys. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { audience, ask = "keys", service, fetch = systemFetch, now = systemNow } = options;
  const issuer = options.issuer.replace(/\/+$/, "");
  const keys = new KeySet({ url: `${issuer}/.well-known/jwks.json`, fetch, now });
  const rules = accessTokenRules({
    issuer,
    audience: audience ?? issuer,
    maxLifetimeSeconds: () => MAX_LIFETIME_SECONDS,
    expirySkewSeconds: EXPIRY_SKEW_SECONDS,
  });

  async function verifyHere(token: string): Promise<Verification> {
    try {
      return tokenCredential(await verifyToken(token, (kid) => keys.keyFor(kid), rules, now()));
    } catch (error) {
      return inactive(error instanceof TokenRefused ? "unauthenticated" : "unavailable");
    }
  }

  async function askLatchkey(presented: Presented): Promise<Verification> {
    try {
      if (service === undefined) return await askOverHttp({ issuer, fetch, presented });
      return await service.verify(presented.bearer ?? presented.apiKey ?? "");
    } catch {
      return inactive("unavailable");
    }
  }

  return {
    async verify(credential) {
      const presented = presentedIn(credential);
      const { bearer, apiKey } = presented;
      // none, or two of which the one that was meant can't be known
      if ((bearer === null) === (apiKey === null) || !CREDENTIAL.test(bearer ?? apiKey ?? "")) {
        return inactive("unauthenticated");
      }
      return bearer !== null && ask === "keys" ? verifyHere(bearer) : askLatchkey(presented);
    },
  };
}

function tokenCredential({ kind, sub, org, role, exp }: TokenClaims): Verification {
  const known = TOKEN_KINDS.find((each) => each === kind);
  if (known === undefined) return inactive("unauthenticated");
  return {
    active: true,
    kind: known,
    subject: sub,
    organization: typeof org === "string" ? org : null,
    role: typeof role === "string" ? role : null,
    scopes: [],
    expiresAt: exp,
  };
}
