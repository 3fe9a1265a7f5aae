import { base64Url, decodeBase64Url } from "../crypto/bytes.ts";
import type { Purpose } from "../crypto/seal.ts";
import type { Core } from "./ports.ts";

/** 32 bytes are 43 digits of base64url. */
const SIGNED = /^([\w.]{1,64})\.([1-9]\d{0,8})\.([\w-]{43})$/;

/** `<text>.<master key id>.<HMAC>`: made again it is the same, as long as the first master key is. */
export async function signText(core: Core, { purpose, text }: { purpose: Purpose; text: string }): Promise<string> {
  const { keyId, tag } = await core.sealer.mac({ purpose, message: text });
  return `${text}.${keyId}.${base64Url(tag)}`;
}

/** The text, or null when we did not sign it for this purpose. */
export async function readSignedText(
  core: Core,
  { purpose, signed }: { purpose: Purpose; signed: string },
): Promise<string | null> {
  const [, text, keyId, encoded] = SIGNED.exec(signed) ?? [];
  if (text === undefined || encoded === undefined) return null;
  const tag = decodeTag(encoded);
  if (tag === null) return null;
  return (await core.sealer.macMatches({ purpose, keyId: Number(keyId), message: text, tag })) ? text : null;
}

/** Null for another spelling than ours. */
function decodeTag(tag: string): Uint8Array | null {
  try {
    return decodeBase64Url(tag);
  } catch {
    return null;
  }
}
