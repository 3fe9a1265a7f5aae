import { auditEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import type { Core } from "./ports.ts";

/** The same write whether or not the account is known, and after the answer. `target`: its public id. */
export function noteFailedLogin(core: Core, { call, target }: { call: Call; target: string | null }): void {
  const entry = auditEntry(call, { action: "login.failed", at: core.clock.now(), result: "failure", target });
  call.later(core.auditLog.write(entry));
}
