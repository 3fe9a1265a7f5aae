import { base64Url, hex, sha256 } from "../crypto/bytes.ts";
import { randomDigits } from "../crypto/digits.ts";
import { publicId } from "../crypto/ids.ts";
import { attempt } from "./attempt.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { AuthError } from "./error.ts";
import type { Core } from "./ports.ts";

/** What a code is good for: one made for one purpose is refused for another. */
export type CodePurpose = "login" | "verify_phone";

/** Six: what a person copies from one screen to another. The guess budget makes up for their few bits. */
const DIGITS = 6;

/** Whom a code was sent to, in the one spelling of the address or number, and what for. */
export interface CodeSubject {
  readonly purpose: CodePurpose;
  readonly recipient: string;
}

/**
 * A new code, which is the only one that counts from now on. It costs the same whether or not anybody is at the address;
 * `send` delivers it, or doesn't.
 */
export async function issueCode(
  core: Core,
  { call, subject, send }: { call: Call; subject: CodeSubject; send(code: string): Promise<void> },
): Promise<void> {
  await attempt(core, {
    call,
    asks: [
      { name: "otp:send", key: recipientKey(subject) },
      { name: "send:ip", key: clientKeyOf(call.address) },
    ],
    counts: "success",
    check: async () => {
      const code = randomDigits({ count: DIGITS, random: core.random });
      const id = publicId({ prefix: "otp", random: core.random });
      const { name, keyId } = await nameOf(core, { subject, code });
      const lifetimeSeconds = core.settings.otpTtlSeconds;
      await core.codeRecords.put(name, id, lifetimeSeconds);
      await core.codeLedger.begin(ledgerKey(subject), { id, keyId, expiresAt: core.clock.now() + lifetimeSeconds });
      await send(code);
    },
  });
}

/** Spends the code, or throws `wrong_code`. A wrong one counts only while there is a right one to guess. */
export async function spendCode(
  core: Core,
  { call, subject, code }: { call: Call; subject: CodeSubject; code: string },
): Promise<void> {
  const live = await core.codeLedger.live(ledgerKey(subject), core.clock.now());
  const guess = live === null ? [] : [{ name: "otp:guess" as const, key: recipientKey(subject) }];
  await attempt(core, {
    call,
    asks: [...guess, { name: "login:ip", key: clientKeyOf(call.address) }],
    counts: ["wrong_code"],
    check: async () => {
      if (live === null) throw new AuthError("wrong_code", "no code is live");
      const { name } = await nameOf(core, { subject, code, keyId: live.keyId });
      const isRight = (await core.codeRecords.get(name)) === live.id;
      const now = core.clock.now();
      const isSpent = isRight && (await core.codeLedger.spend(ledgerKey(subject), { id: live.id, now }));
      if (!isSpent) throw new AuthError("wrong_code", isRight ? "the code was spent meanwhile" : "wrong code");
    },
  });
}

/** No code can be read, or matched to a person, where it is kept. */
async function nameOf(
  core: Core,
  { subject, code, keyId }: { subject: CodeSubject; code: string; keyId?: number },
): Promise<{ name: string; keyId: number }> {
  const message = JSON.stringify([subject.purpose, subject.recipient, code]);
  const made = await core.sealer.mac({ purpose: "otp-code", message, ...(keyId === undefined ? {} : { keyId }) });
  return { name: `otp:${base64Url(made.tag)}`, keyId: made.keyId };
}

/** The budgets of a recipient hold across purposes: it is the same phone that rings. */
function recipientKey({ recipient }: CodeSubject): string {
  return hex(sha256(recipient));
}

function ledgerKey({ purpose, recipient }: CodeSubject): string {
  return `${purpose}:${hex(sha256(recipient))}`;
}
