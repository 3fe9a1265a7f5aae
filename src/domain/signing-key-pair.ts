import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { text, utf8 } from "../crypto/bytes.ts";
import type { Sealer } from "../crypto/seal.ts";
import { SIGNING_ALGORITHM } from "./access-rules.ts";
import type { SigningKey } from "./ports/signing-keys.ts";
import type { StoredSigningKey } from "./signing-key.ts";

export async function makeSigningKey(
  sealer: Sealer,
  { state, now }: { state: "next" | "current"; now: number },
): Promise<StoredSigningKey> {
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    ...{ kid, state, since: now, createdAt: now },
    publicJwk: JSON.stringify({ ...publicJwk, kid, alg: SIGNING_ALGORITHM, use: "sig" }),
    sealedPrivateJwk: await sealer.seal({
      purpose: "signing-key",
      context: kid,
      plaintext: utf8(JSON.stringify(await exportJWK(pair.privateKey))),
    }),
  };
}

/** Throws `SealBroken`. */
export async function openSigningKey(sealer: Sealer, { kid, sealedPrivateJwk }: StoredSigningKey): Promise<SigningKey> {
  const opened = await sealer.open({ purpose: "signing-key", context: kid, sealed: sealedPrivateJwk });
  return { kid, privateKey: await importSigningKey(JSON.parse(text(opened))) };
}

/** Either half. What comes out can't be taken out of memory. */
export async function importSigningKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM, { extractable: false });
  if (key instanceof Uint8Array) throw new TypeError("a signing key is asymmetric");
  return key;
}
