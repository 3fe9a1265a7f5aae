import { compactVerify, errors, importJWK, type JWK } from "jose";
import { type Bytes, decodeBase64Url, text } from "../crypto/bytes.ts";
import { parseStrictJson } from "./strict-json.ts";
import { TokenRefused } from "./token-refused.ts";

export type SignatureAlgorithm = "ES256" | "RS256";
export type JsonObject = Readonly<Record<string, unknown>>;

/** Ours are about 700 characters, Google's about 1,200. What is longer isn't worth a hash. */
export const TOKEN_MAX_LENGTH = 8192;
/** As it stands in the token, encoded. Ours are about 80 characters. */
const HEADER_MAX_LENGTH = 2048;

/**
 * Members that hand the choice of the key to whoever made the token (RFC 8725 §3.10), that change what is signed or how
 * it is read (RFC 7515 §4.1.11, RFC 7797), or that belong to encryption (RFC 7516 §4.1). Others are ignored (RFC 7515 §4).
 */
const REFUSED_MEMBERS = [
  ...["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256"],
  ...["crit", "b64", "cty"],
  ...["enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c"],
] as const;

/**
 * A JSON Web Signature in compact form (RFC 7515 §7.1) with one pinned algorithm; the payload, which the signature covers.
 * `keyFor` is asked once, after everything that can be refused without a key: forgeries cost no look-up. What it throws
 * passes through. Throws TokenRefused.
 */
export async function verifyCompact(
  token: unknown,
  algorithm: SignatureAlgorithm,
  keyFor: (header: JsonObject) => Promise<CryptoKey>,
): Promise<Bytes> {
  const { compact, header } = readCompact(token, algorithm);
  return verifySignature(compact, algorithm, await keyFor(header));
}

function readCompact(token: unknown, algorithm: SignatureAlgorithm): { compact: string; header: JsonObject } {
  if (typeof token !== "string") throw new TokenRefused("not_a_string");
  if (token.length > TOKEN_MAX_LENGTH) throw new TokenRefused("token_too_long");
  const [encodedHeader, payload, signature, ...more] = token.split(".");
  // five segments would be a JWE (RFC 7516 §9); an empty payload is no set of claims, an empty signature is `none`'s
  if (!encodedHeader || !payload || !signature || more.length > 0) throw new TokenRefused("not_compact");
  if (encodedHeader.length > HEADER_MAX_LENGTH) throw new TokenRefused("header_too_long");
  const header = readHeader(decodeSegment(encodedHeader));
  // RFC 8725 §3.1: the algorithm is ours to name, the header may only agree; letter for letter (RFC 7515 §4.1.1)
  if (header.alg !== algorithm) throw new TokenRefused("wrong_algorithm");
  decodeSegment(payload);
  checkSignatureLength(decodeSegment(signature), algorithm);
  return { compact: token, header };
}

/** RFC 7515 §2 has one spelling for each value; a second one would be a second token under the same signature. */
function decodeSegment(segment: string): Bytes {
  try {
    return decodeBase64Url(segment);
  } catch {
    throw new TokenRefused("not_base64url");
  }
}

function readHeader(bytes: Bytes): JsonObject {
  const header = readJson(bytes);
  if (header === undefined) throw new TokenRefused("header_not_json");
  if (!isJsonObject(header)) throw new TokenRefused("header_not_object");
  for (const member of REFUSED_MEMBERS) {
    if (Object.hasOwn(header, member)) throw new TokenRefused("header_member_refused", member);
  }
  return header;
}

/** RFC 7515 §4: duplicate members are refused; RFC 8725 §3.7: UTF-8 and nothing else. */
function readJson(bytes: Bytes): unknown {
  try {
    return parseStrictJson(text(bytes));
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** ES256: r and s, 32 bytes each, never DER (RFC 7518 §3.4). RS256: the modulus' length, 2048 bits at least (§3.3). */
function checkSignatureLength(signature: Bytes, algorithm: SignatureAlgorithm): void {
  const fits = algorithm === "ES256" ? signature.length === 64 : signature.length >= 256;
  if (!fits) throw new TokenRefused("signature_length");
}

async function verifySignature(compact: string, algorithm: SignatureAlgorithm, key: CryptoKey): Promise<Bytes> {
  try {
    const { payload } = await compactVerify(compact, key, { algorithms: [algorithm] });
    return new Uint8Array(payload);
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) throw new TokenRefused("wrong_signature");
    throw new TokenRefused("unfit_key"); // of another algorithm or curve, too short, or not for verifying
  }
}

/**
 * A public key from a key set, for this algorithm and for verifying alone. Null when the JWK says that it is for something
 * else (`kty`, `crv`, `alg`, `use`, `key_ops`: RFC 7517 §4), holds a private or shared key, or can't be imported.
 */
export async function importVerifyingKey(jwk: JWK, algorithm: SignatureAlgorithm): Promise<CryptoKey | null> {
  const shape = algorithm === "ES256" ? jwk.kty === "EC" && jwk.crv === "P-256" : jwk.kty === "RSA";
  const purpose = (jwk.use ?? "sig") === "sig" && (jwk.key_ops ?? ["verify"]).includes("verify");
  if (!shape || !purpose || (jwk.alg ?? algorithm) !== algorithm || jwk.d !== undefined) return null;
  try {
    const key = await importJWK(jwk, algorithm);
    return key instanceof CryptoKey ? key : null;
  } catch {
    return null;
  }
}
