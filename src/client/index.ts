// The package's entry: a session (`createClient`), and one function for each thing that can be done with it.
export * from "./account.ts";
export * from "./api-keys.ts";
export { type Client, type ClientOptions, createClient } from "./client.ts";
export { type ErrorCode, type ErrorDetails, LatchkeyError } from "./errors.ts";
export { finishLogin, type Login, type LoginOutcome, login, logout, type SecondFactor, sendOtp } from "./login.ts";
export * from "./recovery.ts";
export * from "./second-factor.ts";
export {
  type Dialect,
  memoryStore,
  type TokenStore,
  type Tokens,
  type WebStorage,
  webStore,
} from "./tokens.ts";
export type { Locks } from "./world.ts";
