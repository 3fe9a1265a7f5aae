import type { Call } from "../../src/domain/call.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import type { SignedIn } from "../../src/domain/open-session.ts";
import type { Standing } from "../../src/domain/session.ts";
import { signIn } from "../../src/domain/sign-in.ts";
import { type SignUp, signUp } from "../../src/domain/sign-up.ts";
import type { MemoryCore } from "./core.ts";

export const ADA: SignUp = {
  email: "ada@example.com",
  password: "correct horse battery",
  fullName: "Ada Lovelace",
  organizationName: "Analytical Engines",
};

export interface TestCall extends Call {
  /** Waits for all that was left for after the answer; throws what failed there. */
  settled(): Promise<void>;
}

export function testCall(changes: Partial<Call> = {}): TestCall {
  const works: Promise<unknown>[] = [];
  return {
    id: "req_1",
    clientId: "datix",
    address: "203.0.113.7",
    country: "SE",
    userAgent: "vitest",
    language: "en",
    limits: [],
    headers: {},
    later(work) {
      work.catch(() => undefined); // told by `settled`, and no unhandled rejection until then
      works.push(work);
    },
    async settled() {
      await Promise.all(works);
    },
    ...changes,
  };
}

/** Runs one story as one call, with what it left for after the answer done. */
export async function inCall<Result>(story: (call: TestCall) => Promise<Result>): Promise<Result> {
  const call = testCall();
  try {
    return await story(call);
  } finally {
    await call.settled();
  }
}

export async function signedUp(core: MemoryCore, changes: Partial<SignUp> = {}): Promise<void> {
  await inCall((call) => signUp(core, { call, ...ADA, ...changes }));
}

export async function signedIn(core: MemoryCore, changes: Partial<SignUp> = {}): Promise<SignedIn> {
  const { email, password } = { ...ADA, ...changes };
  const outcome = await inCall((call) => signIn(core, { call, email, password }));
  if (outcome.kind !== "signed_in") throw new Error("the account has a second factor");
  return outcome;
}

/** The caller that a guarded row would have. */
export async function standing(core: MemoryCore, id: SessionId): Promise<Standing> {
  const caller = await core.sessions.standing(id, core.clock.now());
  if (caller === null) throw new Error("no such session");
  return caller;
}
