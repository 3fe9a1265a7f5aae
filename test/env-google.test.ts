import { expect, it } from "vitest";
import { configurationOf, type Env } from "../src/env.ts";

const DEVELOPMENT = {
  ENVIRONMENT: "development",
  ISSUER: "http://localhost:8787",
  MASTER_KEYS: `1:${"k".repeat(42)}A`,
};
const PRODUCTION = {
  ...DEVELOPMENT,
  ENVIRONMENT: "production",
  ISSUER: "https://auth.example.com",
  EMAIL_PROVIDER: "none",
  SMS_PROVIDER: "none",
};
const GOOGLE_CLIENT_ID = "latchkey.apps.googleusercontent.com";
const ELSEWHERE = {
  GOOGLE_JWKS_URL: "http://127.0.0.1:9001/certs",
  GOOGLE_TOKENINFO_URL: "http://127.0.0.1:9001/tokeninfo",
};

const googleOf = (variables: object) => configurationOf(variables as unknown as Env).google;

it("without a client id there is no Google", () => {
  expect(googleOf(PRODUCTION)).toBeNull();
  expect(googleOf({ ...PRODUCTION, GOOGLE_CLIENT_ID: "" })).toBeNull();
});

it("Google is reached where it is, and elsewhere in development only", () => {
  expect(googleOf({ ...PRODUCTION, GOOGLE_CLIENT_ID })).toEqual({
    clientId: GOOGLE_CLIENT_ID,
    jwksUrl: "https://www.googleapis.com/oauth2/v3/certs",
    tokenInfoUrl: "https://oauth2.googleapis.com/tokeninfo",
  });
  expect(googleOf({ ...DEVELOPMENT, ...ELSEWHERE, GOOGLE_CLIENT_ID })).toEqual({
    clientId: GOOGLE_CLIENT_ID,
    jwksUrl: ELSEWHERE.GOOGLE_JWKS_URL,
    tokenInfoUrl: ELSEWHERE.GOOGLE_TOKENINFO_URL,
  });
  for (const [name, url] of Object.entries(ELSEWHERE)) {
    expect(() => googleOf({ ...PRODUCTION, GOOGLE_CLIENT_ID, [name]: url })).toThrow(`${name} is for development only`);
  }
});

it("a client id that can't be one is refused", () => {
  expect(() => googleOf({ ...DEVELOPMENT, GOOGLE_CLIENT_ID: "two words" })).toThrow(
    "GOOGLE_CLIENT_ID must be a client id of Google's",
  );
});
