import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import type { Core } from "./ports.ts";
import type { Account } from "./user.ts";

/** The same write whether or not the account is known, and after the answer. */
export function noteFailedLogin(core: Core, { call, account }: { call: Call; account: Account | null }): void {
  const target = account?.user.publicId ?? null;
  const organization = account?.membership?.organization.publicId ?? null;
  const at = core.clock.now();
  const entry = auditEntry(call, { action: "login.failed", at, result: "failure", organization, target });
  call.later(core.auditLog.write(entry));
}
