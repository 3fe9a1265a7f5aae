import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

const ISSUER = "https://auth.example.com";

interface Pair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** An issuer whose keys change: it signs like Latchkey and publishes its JWKS, or is down. */
export class KeyServer {
  readonly issuer = ISSUER;
  /** how often the JWKS was asked for */
  loads = 0;
  down = false;
  now = 1_800_000_000;
  #pairs: Pair[] = [];

  static async start(): Promise<KeyServer> {
    const server = new KeyServer();
    await server.rotate();
    return server;
  }

  /** A new key signs from now on; the old ones stay published. */
  async rotate(): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const kid = `k${this.#pairs.length + 1}`;
    this.#pairs.push({ kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } });
  }

  /** Withdraws all keys but the current. */
  retire(): void {
    this.#pairs = this.#pairs.slice(-1);
  }

  async sign(claims: JWTPayload = {}, header: object = {}): Promise<string> {
    const { kid, privateKey } = this.#current();
    const payload = {
      ...{ iss: ISSUER, aud: ISSUER, sub: "user_1", client_id: "datix", jti: "j1", kind: "user", sid: "ses_1" },
      ...{ iat: this.now, exp: this.now + 3_600, org: "org_1", role: "admin", ...claims },
    };
    return new SignJWT(payload).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid, ...header }).sign(privateKey);
  }

  readonly fetch: typeof fetch = async (input) => {
    if (String(input) !== `${ISSUER}/.well-known/jwks.json`) throw new Error(`asked for ${String(input)}`);
    this.loads++;
    if (this.down) throw new TypeError("the network is down");
    return Response.json({ keys: this.#pairs.map(({ jwk }) => jwk) });
  };

  #current(): Pair {
    const pair = this.#pairs.at(-1);
    if (pair === undefined) throw new Error("no key was made");
    return pair;
  }
}
