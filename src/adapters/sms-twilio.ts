import { base64, utf8 } from "../crypto/bytes.ts";
import type { OutboxMessage } from "../domain/outbox.ts";
import type { Carrier } from "../domain/ports/carrier.ts";
import type { SmsProvider } from "../env-delivery.ts";
import { callProvider, memberOf } from "./provider-call.ts";

/** Twilio drops what waited longer in its queue; it takes 1 to 36,000 s (error 90007). */
const VALIDITY_MAX_SECONDS = 36_000;

/**
 * Twilio's Messages resource: https://www.twilio.com/docs/messaging/api/message-resource. It knows no idempotency key: a
 * message whose answer was lost is sent again.
 */
export function twilioCarrier({ from, accountSid, authToken, url }: Extract<SmsProvider, { kind: "twilio" }>): Carrier {
  const authorization = `Basic ${base64(utf8(`${accountSid}:${authToken}`))}`;
  const sender = from.startsWith("MG") && from.length === 34 ? "MessagingServiceSid" : "From";
  return {
    carry: (message) =>
      callProvider({
        url: `${url}/2010-04-01/Accounts/${accountSid}/Messages.json`,
        headers: { Authorization: authorization, "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          To: message.to,
          [sender]: from,
          Body: message.text,
          ValidityPeriod: String(validitySeconds(message)),
        }).toString(),
        accepted: (status) => status === 201,
        problem: codeOf,
      }),
  };
}

function validitySeconds({ createdAt, giveUpAt }: OutboxMessage): number {
  return Math.min(Math.max(giveUpAt - createdAt, 1), VALIDITY_MAX_SECONDS);
}

/** `{code, message, more_info, status}`: the message may quote the number. https://www.twilio.com/docs/api/errors */
function codeOf(answer: unknown): string | null {
  const code = memberOf(answer, "code");
  return typeof code === "number" ? String(code) : null;
}
