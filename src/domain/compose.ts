import type { Language } from "./language.ts";
import { type Letter, LINK_PATHS, type LinkLetter, type Mail, type MailKind, type Sms, type Words } from "./mail.ts";
import { ENGLISH } from "./mail-en.ts";
import { SPANISH } from "./mail-es.ts";
import { htmlOf, type Parts, textOf } from "./mail-layout.ts";
import { PORTUGUESE } from "./mail-pt.ts";

const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, es: SPANISH, pt: PORTUGUESE };

export interface Composed {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Asked {
  /** where every link begins: the operator's word, and nothing that a request says */
  readonly issuer: string;
  readonly language: Language;
}

export function composeMail({ issuer, language, mail }: Asked & { mail: Mail }): Composed {
  const letter = letterOf(WORDS[language], withPlainNames(mail));
  const link = "token" in mail ? `${issuer}${LINK_PATHS[mail.kind]}?token=${mail.token}` : null;
  const code = "code" in mail ? mail.code : null;
  const parts: Parts = { letter, language, link, code, host: new URL(issuer).host };
  return { subject: letter.subject, text: textOf(parts), html: htmlOf(parts) };
}

export function composeSms({ issuer, language, sms }: Asked & { sms: Sms }): string {
  return WORDS[language].sms({ ...sms, host: new URL(issuer).host });
}

function letterOf<Kind extends MailKind>(words: Words, mail: Mail<Kind>): Letter | LinkLetter {
  return words.letters[mail.kind](mail);
}

function withPlainNames(mail: Mail): Mail {
  if (mail.kind !== "invitation") return mail;
  return { ...mail, organization: plainName(mail.organization), inviter: plainName(mail.inviter) };
}

const NAME_MAX_LENGTH = 80;
/** Line breaks, marks that turn the direction of writing, and the like; the two joiners are part of some names. */
const UNPRINTABLE = /(?:(?![\u200c\u200d])[\p{C}\p{Z}])+/gu;

/**
 * A name that somebody chose, for a mail to somebody else: one short line in which no mail program finds a link, so that an
 * invitation can't be made to say "win a prize at evil.example". The word joiner (U+2060) shows nothing.
 */
export function plainName(name: string): string {
  const line = name.replace(UNPRINTABLE, " ").trim();
  const characters = [...line];
  const short = characters.length > NAME_MAX_LENGTH ? `${characters.slice(0, NAME_MAX_LENGTH - 1).join("")}…` : line;
  return short.replace(/(?<=\S)[.:/@](?=\S)/g, "\u2060$&\u2060");
}
