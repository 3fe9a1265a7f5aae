import type { Random } from "../crypto/bytes.ts";
import { publicId } from "../crypto/ids.ts";

/** The public ids of what a user gets at the first proof of their address: an organization named after them, and a project. */
export interface NewTeam {
  readonly organization: string;
  readonly project: string;
}

/** It becomes real only for a user who has none. */
export function newTeam(random: Random): NewTeam {
  return { organization: publicId({ prefix: "org", random }), project: publicId({ prefix: "prj", random }) };
}
