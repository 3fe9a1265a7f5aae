import { type AccessToken, issueAccessToken } from "./access-token.ts";
import { accountEntry } from "./audit.ts";
import type { Call } from "./call.ts";
import { AuthError } from "./error.ts";
import type { SessionId } from "./ids.ts";
import type { Core } from "./ports.ts";
import type { Session, Standing } from "./session.ts";

/** Another access token of the same session: the session's own end doesn't move. */
export async function renewAccessToken(core: Core, { caller }: { caller: Standing }): Promise<AccessToken> {
  return issueAccessToken(core, { account: caller, session: caller.session });
}

/** The caller's live sessions, newest first, at most 100. */
export async function listSessions(core: Core, { caller }: { caller: Standing }): Promise<Session[]> {
  return core.sessions.ofUser(caller.user.id, core.clock.now());
}

/** Ends one session of the caller; one that isn't theirs, or isn't live, is not found. */
export async function endSession(
  core: Core,
  { call, caller, id }: { call: Call; caller: Standing; id: SessionId },
): Promise<void> {
  const now = core.clock.now();
  const entry = accountEntry(call, caller, { action: "session.ended", at: now, target: id });
  const ended = await core.sessions.end({ id, userId: caller.user.id, now }, entry);
  // The caller's own was live a moment ago: another request has ended it since, and what was asked for is so.
  if (!ended && id !== caller.session.id) throw new AuthError("not_found", "no such live session of this user");
  call.later(core.revocations.publish([id]));
}

/** Ends every session of the caller but the one that asks. */
export async function endOtherSessions(core: Core, { call, caller }: { call: Call; caller: Standing }): Promise<void> {
  const now = core.clock.now();
  const keep = caller.session.id;
  const entry = accountEntry(call, caller, { action: "session.others_ended", at: now });
  const ended = await core.sessions.endOthers({ keep, userId: caller.user.id, now }, entry);
  call.later(core.revocations.publish(ended));
}
