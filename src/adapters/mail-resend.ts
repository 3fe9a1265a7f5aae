import type { Carrier } from "../domain/ports/carrier.ts";
import type { EmailProvider } from "../env-delivery.ts";
import { callProvider, memberOf } from "./provider-call.ts";

/**
 * Resend over HTTP: https://resend.com/docs/api-reference/emails/send-email. The message's id is the idempotency key, which
 * Resend knows for 24 hours, and we give up by then: a message whose answer was lost is not sent twice.
 */
export function resendCarrier({ from, apiKey, url }: Extract<EmailProvider, { kind: "resend" }>): Carrier {
  const sender = from.name === "" ? from.email : `${from.name} <${from.email}>`;
  return {
    carry: ({ id, to, subject, text, html }) =>
      callProvider({
        url: `${url}/emails`,
        headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json", "Idempotency-Key": id },
        body: JSON.stringify({
          from: sender,
          to: [to],
          subject,
          text,
          html,
          headers: { "Auto-Submitted": "auto-generated" },
        }),
        accepted: (status, answer) => status === 200 && typeof memberOf(answer, "id") === "string",
        problem: nameOf,
      }),
  };
}

/** `{statusCode, name, message}`: the message may quote the address. https://resend.com/docs/api-reference/errors */
function nameOf(answer: unknown): string | null {
  const name = memberOf(answer, "name");
  return typeof name === "string" && /^[a-z_]{1,60}$/.test(name) ? name : null;
}
