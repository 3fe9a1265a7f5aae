import { env } from "cloudflare:workers";
import { systemRandom } from "../../../src/adapters/world.ts";
import { datix } from "../../../src/dialects/datix/routes.ts";

import { newLinkToken } from "../../../src/domain/challenge.ts";
import { Authenticator } from "../../authenticator.ts";
import { TestClock } from "../../clock.ts";
import { linkToken, smsCode } from "../../mail.ts";

import type { World } from "../../world.ts";
import { type Golden, type Json, runGoldens } from "../goldens.ts";

/** The authenticator's code a number of steps from now: each step is spent once, and those beside this one are good too. */
function codeAt(skew: number) {
  return (earlier: readonly Json[]) => {
    const secret = earlier.map((answer) => Reflect.get(Object(answer), "secret")).find((value) => value !== undefined);
    return new Authenticator({ clock: new TestClock() }, secret).code(skew);
  };
}

const verifyAll = () => env.DB.prepare("UPDATE users SET email_verified_at = 1767225600").run();

/** Somebody without an account, whom a verified user may invite. */
async function invitee(): Promise<string> {
  await verifyAll();
  return "jane@example.com";
}

/** Of an invitation to the one user that there is, whose address is verified, from another organization. */
async function invitationToken(): Promise<string> {
  const { token, tokenHash } = newLinkToken(systemRandom);
  await verifyAll();
  const insert = (table: string, rest: string) => env.DB.prepare(`INSERT INTO ${table} ${rest}`);
  await env.DB.batch([
    insert("organizations", "(public_id, name, created_at) VALUES ('org_456', 'Acme Corp', 0)"),
    insert(
      "users",
      "(public_id, email, full_name, created_at) VALUES ('user_acme', 'acme@example.com', 'Jane Roe', 0)",
    ),
    insert(
      "members",
      `(organization_id, user_id, role, created_at) SELECT o.id, u.id, 'admin', 0 FROM organizations o, users u
       WHERE o.public_id = 'org_456' AND u.public_id = 'user_acme'`,
    ),
    insert(
      "invitations",
      `(public_id, organization_id, inviter_id, email, role, token_hash, created_at, expires_at)
       SELECT 'inv_1', m.organization_id, m.user_id, u.email, 'member', ?, 1767225600, 1767830400
       FROM users u, members m JOIN users a ON a.id = m.user_id AND a.public_id = 'user_acme'
       WHERE u.public_id <> 'user_acme'`,
    ).bind(tokenHash),
  ]);
  return token;
}

let world: World;

const COLLEAGUE = "user_colleague";
/** Another member of the one organization that there is. */
async function colleague(): Promise<string> {
  const user = "INSERT OR IGNORE INTO users (public_id, email, full_name, created_at) VALUES (?, ?, ?, 1767225600)";
  const member = `INSERT OR IGNORE INTO members (organization_id, user_id, role, created_at)
    SELECT o.id, u.id, 'member', 1767225600 FROM organizations o, users u WHERE u.public_id = ?`;
  await env.DB.batch([
    env.DB.prepare(user).bind(COLLEAGUE, "colleague@example.com", "Jane Roe"),
    env.DB.prepare(member).bind(COLLEAGUE),
  ]);
  return COLLEAGUE;
}

runGoldens(datix, import.meta.glob<Golden>("./goldens/*.json", { eager: true, import: "default" }), {
  prepare: async (started) => {
    world = started;
  },
  fill: {
    code_before: codeAt(-1),
    code: codeAt(0),
    code_after: codeAt(1),
    phone_code: () => smsCode(world, "+15557122661"),
    colleague,
    invitee,
    invitation_token: invitationToken,
    mailed_token: () => linkToken(world, { to: "jane@example.com", path: "/accept-invitation" }),
  },
});
