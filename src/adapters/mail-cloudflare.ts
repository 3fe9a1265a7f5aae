import type { Carrier } from "../domain/ports/carrier.ts";
import type { EmailProvider } from "../env-delivery.ts";
import { memberOf, withinTime } from "./provider-call.ts";

/**
 * Cloudflare's Email Service through a `send_email` binding:
 * https://developers.cloudflare.com/email-service/api/send-emails/workers-api/. It builds the MIME message itself, and knows
 * no idempotency key: a message whose answer was lost is sent again.
 */
export function cloudflareCarrier({ from, binding }: Extract<EmailProvider, { kind: "cloudflare" }>): Carrier {
  const sender = from.name === "" ? from.email : { name: from.name, email: from.email };
  return {
    carry: ({ to, subject, text, html }) =>
      withinTime(async () => {
        try {
          const headers = { "Auto-Submitted": "auto-generated" };
          await binding.send({ from: sender, to, subject: subject ?? "", text, html: html ?? "", headers });
          return { kind: "delivered" };
        } catch (error) {
          return { kind: "failed", why: codeOf(error) ?? "without a code", retryAfterSeconds: null };
        }
      }),
  };
}

/** `E_RATE_LIMIT_EXCEEDED` and the like; the message of the error may quote the address. */
function codeOf(error: unknown): string | null {
  const code = memberOf(error, "code");
  return typeof code === "string" && /^[A-Z_]{1,60}$/.test(code) ? code : null;
}
