import { DurableObject } from "cloudflare:workers";
import type { CodeLedger as CodeLedgerPort, LiveCode } from "../domain/ports/codes.ts";
import { askOnce, askTwice } from "./ask.ts";

/** One recipient's code: which one counts, and whether it was spent. One key of storage, deleted when the code is over. */
export class CodeLedger extends DurableObject {
  readonly #kv = this.ctx.storage.kv;

  async begin(code: LiveCode, lifetimeSeconds: number): Promise<void> {
    this.#kv.put("code", code);
    // By the platform's own clock, which rings the alarms; a minute more, since callers' clocks differ.
    const sql = this.ctx.storage.sql.exec<{ now: number }>("SELECT unixepoch() AS now");
    await this.ctx.storage.setAlarm((sql.one().now + lifetimeSeconds + 60) * 1000);
  }

  live(now: number): LiveCode | null {
    const code = this.#kv.get<LiveCode>("code");
    return code !== undefined && now < code.expiresAt ? code : null;
  }

  /** No await between reading and deleting: of N callers one is told true. */
  spend({ id, now }: { id: string; now: number }): boolean {
    if (this.live(now)?.id !== id) return false;
    return this.#kv.delete("code");
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}

const WHAT = "code ledger";

export function codeLedgerOn(
  namespace: DurableObjectNamespace<CodeLedger>,
  { lifetimeSeconds }: { lifetimeSeconds: number },
): CodeLedgerPort {
  return {
    begin: (recipient, code) => askTwice(WHAT, async () => namespace.getByName(recipient).begin(code, lifetimeSeconds)),
    live: (recipient, now) => askTwice(WHAT, async () => namespace.getByName(recipient).live(now)),
    // Never repeated: a lost answer may have been a yes, and then somebody else's.
    spend: (recipient, code) => askOnce(WHAT, async () => namespace.getByName(recipient).spend(code)),
  };
}
