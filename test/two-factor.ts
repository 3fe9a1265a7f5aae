import { Authenticator } from "./authenticator.ts";
import { type ADA, type Answered, logIn, register, startWorld, type World } from "./world.ts";

export interface Protected {
  readonly app: Authenticator;
  readonly backupCodes: readonly string[];
  /** of the session in which it was set up */
  readonly token: string;
}

/** Registers an account, sets up its second factor and confirms it; the step that confirmed is over. */
export async function registerProtected(world: World, changes: Partial<typeof ADA> = {}): Promise<Protected> {
  await register(world, changes);
  const token = await logIn(world, changes);
  const { json } = await world.ask("/v1/auth/enable-2fa", { method: "POST", token });
  const app = new Authenticator(world, json.secret);
  const confirmed = await world.ask("/v1/auth/confirm-2fa", { token, json: { code: app.code() } });
  if (confirmed.status !== 200) throw new Error(confirmed.text);
  world.clock.advance(30);
  return { app, backupCodes: json.backup_codes, token };
}

export function verify2fa(world: World, tempToken: string, code: string): Promise<Answered> {
  return world.ask("/v1/auth/verify-2fa", { json: { temp_token: tempToken, code } });
}

/** Another isolate on the same storage, at the same time. */
export function besides(world: World, changes: Record<string, unknown> = {}): World {
  const other = startWorld(changes);
  other.clock.advance(world.clock.now() - other.clock.now());
  return other;
}
