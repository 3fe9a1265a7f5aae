import { vi } from "vitest";
import { ResendStandIn } from "./resend.ts";
import { TwilioStandIn } from "./twilio.ts";

export interface Providers {
  readonly resend: ResendStandIn;
  readonly twilio: TwilioStandIn;
  /** what makes a world send through them */
  readonly variables: Readonly<Record<string, string>>;
}

/** Both real providers in place of the network, until `vi.restoreAllMocks()`. */
export function standInForProviders(): Providers {
  const resend = new ResendStandIn();
  const twilio = new TwilioStandIn();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const { hostname } = new URL(request.url);
    if (hostname === "api.resend.com") return resend.answer(request);
    if (hostname === "api.twilio.com") return twilio.answer(request);
    throw new TypeError(`nobody is at ${hostname}`);
  });
  const variables = {
    EMAIL_PROVIDER: "resend",
    EMAIL_FROM: "Analytical Engines <auth@example.com>",
    RESEND_API_KEY: resend.apiKey,
    SMS_PROVIDER: "twilio",
    TWILIO_FROM: "+15005550006",
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
  };
  return { resend, twilio, variables };
}
