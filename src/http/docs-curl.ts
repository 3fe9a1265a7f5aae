import type { CredentialKind } from "../wire/answers.ts";
import type { Endpoint } from "./endpoint.ts";
import { exampleOf } from "./json-schema.ts";

const CREDENTIAL: Readonly<Record<CredentialKind, string>> = {
  bearer: '"Authorization: Bearer $ACCESS_TOKEN"',
  apiKey: '"X-API-Key: $API_KEY"',
};

/** The request as a command to paste into a shell; the credential is expected in a variable of it. */
export function curlOf({ method, path, params, takes, body }: Endpoint, { origin }: { origin: string }): string {
  const [credential] = takes;
  const filled = params.reduce((url, { name, schema }) => url.replace(`{${name}}`, `${exampleOf(schema)}`), path);
  return [
    `curl${method === "GET" ? "" : ` -X ${method}`} ${origin}${filled}`,
    ...(credential === undefined ? [] : [`-H ${CREDENTIAL[credential]}`]),
    ...(body === null ? [] : ["-H 'Content-Type: application/json'", `-d ${quoted(body.example)}`]),
  ].join(" \\\n  ");
}

/** In single quotes a shell reads everything but a single quote as it stands. */
function quoted(json: unknown): string {
  return `'${JSON.stringify(json, null, 2).replaceAll("'", "'\\''").replaceAll("\n", "\n  ")}'`;
}
