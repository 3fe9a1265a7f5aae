import { AuthError } from "../domain/error.ts";
import { parseStrictJson } from "../domain/strict-json.ts";

/** No documented body comes near it; what is longer is not read to its end. */
const BODY_MAX_BYTES = 64 * 1024;

/** The request's JSON, or undefined when it has no body. */
export async function readJson(request: Request): Promise<unknown> {
  if (request.body === null) return undefined;
  const text = await readText(request);
  if (text === "") return undefined;
  if (!isJsonType(request.headers.get("Content-Type"))) {
    throw new AuthError("unsupported_media_type", "the body's content type is not JSON", { field: "body" });
  }
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AuthError("not_json", `body: ${error.message}`, { field: "body" });
  }
}

/** The fields of a posted HTML form; of two with one name, the first counts. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const [type = ""] = (request.headers.get("Content-Type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/x-www-form-urlencoded") {
    throw new AuthError("unsupported_media_type", "the body's content type is not a form's");
  }
  return new URLSearchParams(await readText(request));
}

/** RFC 8259 §11, and the `+json` types of RFC 6839 §3.1. */
function isJsonType(contentType: string | null): boolean {
  const [type = ""] = (contentType ?? "").split(";");
  return /^application\/(json|[\w.-]+\+json)$/i.test(type.trim());
}

async function readText(request: Request): Promise<string> {
  // Counted while it streams: Content-Length is the client's word, and may be absent.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > BODY_MAX_BYTES) {
        throw new AuthError("body_too_large", `the body is longer than ${BODY_MAX_BYTES} bytes`, { field: "body" });
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof AuthError) throw error;
    throw new AuthError("not_json", "the body is not UTF-8, or broke off", { field: "body" });
  }
}
