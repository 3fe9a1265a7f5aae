import * as v from "valibot";
import { address } from "./env-delivery.ts";

export interface GoogleSettings {
  readonly clientId: string;
  readonly jwksUrl: string;
  readonly tokenInfoUrl: string;
}

export const GOOGLE_VARIABLES = {
  GOOGLE_CLIENT_ID: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]*$/, "must be a client id of Google's")), ""),
  GOOGLE_JWKS_URL: address,
  GOOGLE_TOKENINFO_URL: address,
};

type GoogleVariables = v.InferOutput<v.ObjectSchema<typeof GOOGLE_VARIABLES, undefined>>;

/** One sentence about what production may not have; null when all is well. */
export function googleProblem(vars: GoogleVariables): string | null {
  if (vars.GOOGLE_JWKS_URL !== undefined) return "GOOGLE_JWKS_URL is for development only";
  if (vars.GOOGLE_TOKENINFO_URL !== undefined) return "GOOGLE_TOKENINFO_URL is for development only";
  return null;
}

/** Null without a client id: then nobody logs in by Google. */
export function googleSettingsOf(vars: GoogleVariables): GoogleSettings | null {
  if (vars.GOOGLE_CLIENT_ID === "") return null;
  return {
    clientId: vars.GOOGLE_CLIENT_ID,
    jwksUrl: vars.GOOGLE_JWKS_URL ?? "https://www.googleapis.com/oauth2/v3/certs",
    tokenInfoUrl: vars.GOOGLE_TOKENINFO_URL ?? "https://oauth2.googleapis.com/tokeninfo",
  };
}
