import { publicId } from "../crypto/ids.ts";
import { composeMail, composeSms } from "./compose.ts";
import type { Language } from "./language.ts";
import type { Mail, Sms } from "./mail.ts";
import { DELIVERY_MAX_SECONDS, type OutboxMessage } from "./outbox.ts";
import type { Core } from "./ports.ts";

/** The mail as the message that goes into the batch of what it tells of; then `call.later(deliver(core, message))`. */
export function mailTo(
  core: Core,
  { to, language, mail }: { to: string; language: Language; mail: Mail },
): OutboxMessage {
  const composed = composeMail({ issuer: core.settings.issuer, language, mail });
  return { channel: "email", to, ...composed, ...stamp(core, mail) };
}

/** The same for an SMS. */
export function smsTo(core: Core, { to, language, sms }: { to: string; language: Language; sms: Sms }): OutboxMessage {
  const text = composeSms({ issuer: core.settings.issuer, language, sms });
  return { channel: "sms", to, subject: null, text, html: null, ...stamp(core, sms) };
}

function stamp(core: Core, what: Mail | Sms): Pick<OutboxMessage, "id" | "createdAt" | "giveUpAt"> {
  const createdAt = core.clock.now();
  const useful = "lifetimeSeconds" in what ? what.lifetimeSeconds : DELIVERY_MAX_SECONDS;
  return {
    id: publicId({ prefix: "msg", random: core.random }),
    createdAt,
    giveUpAt: createdAt + Math.min(useful, DELIVERY_MAX_SECONDS),
  };
}
