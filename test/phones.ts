import { messagesTo } from "./mail.ts";
import type { World } from "./world.ts";

/** The code that the newest message to the address or number bears. */
export async function sentCode(world: World, to: string): Promise<string> {
  const [newest] = await messagesTo(world, to);
  const code = /\b\d{6}\b/.exec(newest?.text ?? "")?.[0];
  if (code === undefined) throw new Error(`no code was sent to ${to}`);
  return code;
}

/** Gives the account a number, as its owner does. */
export async function provePhone(world: World, { token, phone }: { token: string; phone: string }): Promise<void> {
  await world.ask("/v1/auth/me", { method: "PATCH", token, json: { phone } });
  const { status, text } = await world.ask("/v1/auth/verify-phone", {
    token,
    json: { code: await sentCode(world, phone) },
  });
  if (status !== 200) throw new Error(text);
}
