import type { OutboxMessage } from "../src/domain/outbox.ts";
import type { World } from "./world.ts";

/** What was written to an address or number, the newest first. */
export async function messagesTo(world: World, to: string): Promise<readonly OutboxMessage[]> {
  return world.core.outbox.readable({ to, limit: 50 });
}

/** The token of the newest link to `path` that was mailed to the address. */
export async function linkToken(world: World, { to, path }: { to: string; path: string }): Promise<string> {
  for (const { text } of await messagesTo(world, to)) {
    const token = new RegExp(`^http://localhost:8787${path}\\?token=([\\w-]+)$`, "m").exec(text)?.[1];
    if (token !== undefined) return token;
  }
  throw new Error(`no link to ${path} was mailed`);
}

export function verificationToken(world: World, to: string): Promise<string> {
  return linkToken(world, { to, path: "/verify-email" });
}

export function resetToken(world: World, to: string): Promise<string> {
  return linkToken(world, { to, path: "/reset-password" });
}

/** The code of the newest SMS to the number. */
export async function smsCode(world: World, to: string): Promise<string> {
  const [sms] = await messagesTo(world, to);
  return /^\d{6}/.exec(sms?.text ?? "")?.[0] ?? "no code was sent";
}
