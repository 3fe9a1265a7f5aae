import { base62 } from "../crypto/ids.ts";
import type { Core } from "./ports.ts";
import { readSignedText, signText } from "./signed-text.ts";

const RANDOM_BYTES = 16;

/** 128 random bits: the name of a visit that has no session. */
export function newVisit({ random }: Pick<Core, "random">): string {
  return base62(random(RANDOM_BYTES));
}

/** What a form bears to show that our own page sent it: bound to the visitor's session, or to the visit before there is one. */
export function formTokenOf(core: Core, visit: string): Promise<string> {
  return signText(core, { purpose: "page-form", text: visit });
}

export async function isFormTokenOf(core: Core, { visit, token }: { visit: string; token: string }): Promise<boolean> {
  return (await readSignedText(core, { purpose: "page-form", signed: token })) === visit;
}
