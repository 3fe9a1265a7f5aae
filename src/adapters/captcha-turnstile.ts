import type { Captcha } from "../domain/ports/captcha.ts";
import { askOnce } from "./ask.ts";

export interface TurnstileSettings {
  readonly secret: string;
  readonly verifyUrl: string;
}

/** Cloudflare answers in a tenth of that; whoever waits is a person. */
const TIMEOUT_MS = 5_000;

/** https://developers.cloudflare.com/turnstile/get-started/server-side-validation/: the token is at most so long. */
const TOKEN_MAX_LENGTH = 2_048;

/** The codes that say something of the answer; any other (a bad secret, a fault of theirs) says nothing of it. */
const REFUSALS: readonly unknown[] = ["missing-input-response", "invalid-input-response", "timeout-or-duplicate"];

interface Siteverify {
  readonly success?: unknown;
  readonly "error-codes"?: unknown;
}

export function turnstile({ secret, verifyUrl }: TurnstileSettings): Captcha {
  return {
    async isSolved({ token, address }) {
      if (token === "" || token.length > TOKEN_MAX_LENGTH) return false;
      return askOnce("turnstile", () => siteverify({ secret, verifyUrl }, { token, address }), OUTAGE);
    },
  };
}

const OUTAGE = { message: "The captcha can't be checked right now: nothing was sent, please try again in a moment" };

async function siteverify(
  { secret, verifyUrl }: TurnstileSettings,
  { token, address }: Parameters<Captcha["isSolved"]>[0],
): Promise<boolean> {
  const body = new URLSearchParams({ secret, response: token });
  if (address !== null) body.set("remoteip", address);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(verifyUrl, { method: "POST", body, signal, redirect: "manual" });
  const answer = (await response.json()) as Siteverify | null;
  if (answer?.success === true) return true;
  const codes = Array.isArray(answer?.["error-codes"]) ? answer["error-codes"] : [];
  if (codes.length > 0 && codes.every((code) => REFUSALS.includes(code))) return false;
  throw new Error(`answered ${response.status} ${codes.filter((code) => /^[a-z-]{1,40}$/.test(String(code)))}`);
}
