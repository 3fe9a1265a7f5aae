import type { ListedApiKey } from "./api-key.ts";
import { listApiKeys } from "./api-keys.ts";
import type { Core } from "./ports.ts";
import type { Session, Standing } from "./session.ts";
import { listSessions } from "./sessions.ts";
import type { Account } from "./user.ts";

/** What is kept of an account, for its user to take along. */
export interface AccountData {
  readonly account: Account;
  readonly sessions: readonly Session[];
  readonly apiKeys: readonly ListedApiKey[];
  /** epoch seconds: what is told is true of then */
  readonly at: number;
}

/** Without what is secret, and without what has ended. */
export async function accountData(core: Core, { caller }: { caller: Standing }): Promise<AccountData> {
  const [sessions, apiKeys] = await Promise.all([listSessions(core, { caller }), listApiKeys(core, { caller })]);
  return { account: caller, sessions, apiKeys, at: core.clock.now() };
}
