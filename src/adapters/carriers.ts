import { unreachable } from "../domain/error.ts";
import type { Carried, Carrier, Carriers } from "../domain/ports/carrier.ts";
import type { EmailProvider, Providers, SmsProvider } from "../env-delivery.ts";
import { cloudflareCarrier } from "./mail-cloudflare.ts";
import { resendCarrier } from "./mail-resend.ts";
import { twilioCarrier } from "./sms-twilio.ts";

/** Which provider carries what. */
export function carriersFor({ email, sms }: Providers): Carriers {
  return { email: emailCarrier(email), sms: smsCarrier(sms) };
}

function emailCarrier(provider: EmailProvider): Carrier {
  switch (provider.kind) {
    case "resend":
      return resendCarrier(provider);
    case "cloudflare":
      return cloudflareCarrier(provider);
    case "outbox":
    case "none":
      return noCarrier(provider.kind);
    default:
      return unreachable(provider);
  }
}

function smsCarrier(provider: SmsProvider): Carrier {
  return provider.kind === "twilio" ? twilioCarrier(provider) : noCarrier(provider.kind);
}

/** `outbox`: the text stays, to be read at `/dev/outbox`. `none`: nobody is written to. */
function noCarrier(kind: "outbox" | "none"): Carrier {
  const carried: Carried = { kind: kind === "outbox" ? "kept" : "dropped" };
  return { carry: async () => carried };
}
