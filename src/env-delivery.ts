import * as v from "valibot";
import { misconfigured, unreachable } from "./domain/error.ts";
import { parseEmail } from "./domain/user.ts";

/** Who carries mail, with what that takes. */
export type EmailProvider =
  | { readonly kind: "outbox" | "none" }
  | { readonly kind: "resend"; readonly from: Sender; readonly apiKey: string; readonly url: string }
  | { readonly kind: "cloudflare"; readonly from: Sender; readonly binding: SendEmail };

/** Who carries SMS. */
export type SmsProvider =
  | { readonly kind: "outbox" | "none" }
  | {
      readonly kind: "twilio";
      /** a number in E.164, a sender id, or a messaging service (`MG...`) */
      readonly from: string;
      readonly accountSid: string;
      readonly authToken: string;
      readonly url: string;
    };

export interface Sender {
  /** "" when there is none */
  readonly name: string;
  readonly email: string;
}

const SENDER_RULE = "must be an address such as auth@example.com, or Example <auth@example.com>";

const From = v.pipe(
  v.string("must be text"),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const sender = parseSender(dataset.value);
    if (sender !== null) return sender;
    addIssue({ message: SENDER_RULE });
    return NEVER;
  }),
);

/** A name without the characters that would need quoting in a mail's header (RFC 5322 §3.2.3), and an address. */
function parseSender(text: string): Sender | null {
  const [, name = "", address = text] =
    /^([^\p{C}"(),:;<>@[\\\]]*[^\p{C}"(),:;<>@[\\\]\s])\s*<([^<>]+)>$/u.exec(text) ?? [];
  const email = parseEmail(address);
  return email === null ? null : { name, email };
}

const secret = v.optional(
  v.pipe(v.string("must be text"), v.regex(/^[\x21-\x7e]+$/, "must not be empty or hold white space")),
);

/** Where a stand-in of an outside service listens. */
export const address = v.optional(
  v.pipe(
    v.string("must be text"),
    v.check((text) => /^https?:\/\/[^\s?#]*[^\s?#/]$/.test(text) && URL.canParse(text), "must be a URL"),
  ),
);

export const DELIVERY_VARIABLES = {
  EMAIL_PROVIDER: v.optional(
    v.picklist(["outbox", "resend", "cloudflare", "none"], "must be outbox, resend, cloudflare or none"),
    "outbox",
  ),
  EMAIL_FROM: v.optional(From),
  RESEND_API_KEY: secret,
  RESEND_API_URL: address,
  SMS_PROVIDER: v.optional(v.picklist(["outbox", "twilio", "none"], "must be outbox, twilio or none"), "outbox"),
  TWILIO_FROM: v.optional(
    v.pipe(
      v.string("must be text"),
      // https://www.twilio.com/docs/messaging/api/message-resource: `From`, or `MessagingServiceSid`
      v.regex(
        /^(\+[1-9]\d{6,14}|\d{3,8}|MG[0-9a-f]{32}|[A-Za-z0-9 ]{1,11})$/,
        "must be a number such as +15005550006, a sender id, or a messaging service (MG...)",
      ),
    ),
  ),
  TWILIO_ACCOUNT_SID: v.optional(
    v.pipe(v.string("must be text"), v.regex(/^AC[0-9a-f]{32}$/, "must be AC and 32 hexadecimal digits")),
  ),
  TWILIO_AUTH_TOKEN: secret,
  TWILIO_API_URL: address,
};

type DeliveryVariables = v.InferOutput<v.ObjectSchema<typeof DELIVERY_VARIABLES, undefined>>;

/** One sentence about what production lacks or may not have; null when all is well. */
export function deliveryProblem(vars: DeliveryVariables): string | null {
  if (vars.EMAIL_PROVIDER === "outbox") return "EMAIL_PROVIDER must be resend, cloudflare or none in production";
  if (vars.SMS_PROVIDER === "outbox") return "SMS_PROVIDER must be twilio or none in production";
  if (vars.RESEND_API_URL !== undefined) return "RESEND_API_URL is for development only";
  if (vars.TWILIO_API_URL !== undefined) return "TWILIO_API_URL is for development only";
  return null;
}

export interface Providers {
  readonly email: EmailProvider;
  readonly sms: SmsProvider;
}

/** Throws `misconfigured` when a provider lacks what it needs. */
export function providersOf(vars: DeliveryVariables, binding: SendEmail | undefined): Providers {
  return { email: emailProviderOf(vars, binding), sms: smsProviderOf(vars) };
}

function emailProviderOf(vars: DeliveryVariables, binding: SendEmail | undefined): EmailProvider {
  const kind = vars.EMAIL_PROVIDER;
  switch (kind) {
    case "resend":
      return {
        kind,
        from: given(vars.EMAIL_FROM, "EMAIL_FROM"),
        apiKey: given(vars.RESEND_API_KEY, "RESEND_API_KEY"),
        url: vars.RESEND_API_URL ?? "https://api.resend.com",
      };
    case "cloudflare":
      return {
        kind,
        from: given(vars.EMAIL_FROM, "EMAIL_FROM"),
        binding: given(binding, "the send_email binding EMAIL"),
      };
    case "outbox":
    case "none":
      return { kind };
    default:
      return unreachable(kind);
  }
}

function smsProviderOf(vars: DeliveryVariables): SmsProvider {
  const kind = vars.SMS_PROVIDER;
  if (kind !== "twilio") return { kind };
  return {
    kind,
    from: given(vars.TWILIO_FROM, "TWILIO_FROM"),
    accountSid: given(vars.TWILIO_ACCOUNT_SID, "TWILIO_ACCOUNT_SID"),
    authToken: given(vars.TWILIO_AUTH_TOKEN, "TWILIO_AUTH_TOKEN"),
    url: vars.TWILIO_API_URL ?? "https://api.twilio.com",
  };
}

function given<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw misconfigured(`${name} is missing`);
  return value;
}
