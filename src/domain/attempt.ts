import { hex, sha256 } from "../crypto/bytes.ts";
import type { Call } from "./call.ts";
import { clientKeyOf } from "./client-key.ts";
import { AuthError, type Refusal } from "./error.ts";
import type { LimitState, Reservation } from "./limit.ts";
import type { Core } from "./ports.ts";
import type { LimitName } from "./settings.ts";

/** One unit asked of one limit for one key. */
export interface Ask {
  readonly name: LimitName;
  readonly key: string;
}

/** Addresses of people stay out of the names of Durable Objects. */
export function limitKeyOf(email: string): string {
  return hex(sha256(email));
}

/** What a wrong password is counted against, wherever it is tried. */
export function passwordAsks({ call, email }: { call: Call; email: string }): readonly Ask[] {
  return [
    { name: "login:account", key: limitKeyOf(email) },
    { name: "login:ip", key: clientKeyOf(call.address) },
  ];
}

/**
 * Runs a check under limits. A unit of each is taken before it, so that a parallel burst never exceeds the budget, and
 * goes back unless the outcome is what the limits count: the listed refusals (wrong guesses), or success (things made).
 * A fault of ours is never counted.
 */
export async function attempt<Result>(
  core: Core,
  work: { call: Call; asks: readonly Ask[]; counts: readonly Refusal[] | "success"; check(): Promise<Result> },
): Promise<Result> {
  const { call, counts } = work;
  const taken = await reserveAll(core, work);
  try {
    const result = await work.check();
    if (counts !== "success") returnUnits(core, { call, taken, how: "succeed" });
    return result;
  } catch (error) {
    const counted = counts !== "success" && error instanceof AuthError && counts.includes(error.refusal);
    if (!counted) returnUnits(core, { call, taken, how: "giveBack" });
    throw error;
  } finally {
    call.limits.push(...taken.values());
  }
}

/** All or none: where one limit refuses or can't be asked, the units of the others go back. */
async function reserveAll(
  core: Core,
  { call, asks }: { call: Call; asks: readonly Ask[] },
): Promise<Map<Reservation, LimitState>> {
  const now = core.clock.now();
  const outcomes = await Promise.allSettled(
    asks.map(({ name, key }) => core.limiter.reserve(core.settings.limits[name], key, now)),
  );
  const reservations = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const refused = reservations.filter(({ allowed }) => !allowed);
  const granted = reservations.filter(({ allowed }) => allowed);
  const taken = new Map<Reservation, LimitState>(granted.map((reservation) => [reservation, reservation]));
  if (granted.length === asks.length) return taken;
  returnUnits(core, { call, taken, how: "giveBack" });
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  call.limits.push(...refused, ...taken.values());
  const names = refused.map(({ limit }) => limit.name).join(", ");
  const retryAfterSeconds = Math.max(...refused.map(({ resetSeconds }) => resetSeconds));
  const refusal = refused.some(({ locked }) => locked) ? "password_login_off" : "too_many_requests";
  throw new AuthError(refusal, `limit reached: ${names}`, { retryAfterSeconds });
}

/** After the answer, which already counts them as returned. */
function returnUnits(
  core: Core,
  { call, taken, how }: { call: Call; taken: Map<Reservation, LimitState>; how: "succeed" | "giveBack" },
): void {
  for (const [reservation, state] of taken) {
    call.later(core.limiter[how](reservation));
    taken.set(reservation, { ...state, remaining: Math.min(state.limit.max, state.remaining + 1) });
  }
}
