import type { Role } from "../src/domain/user.ts";
import { logIn, register, type World } from "./world.ts";

/** Somebody who acts in an organization. */
export interface Person {
  readonly id: string;
  readonly email: string;
  /** public id of the organization that `token` names */
  readonly organization: string;
  readonly token: string;
}

/** A new user with an organization of their own, signed in there. */
export async function founder(world: World, name: string): Promise<Person> {
  const email = `${name}@example.com`;
  const { json } = await register(world, { email, full_name: name, organization_name: `${name}'s` });
  return { id: json.id, email, organization: json.organization_id, token: await logIn(world, { email }) };
}

/** A new user who acts in somebody's organization, besides having one of their own. */
export async function colleague(
  world: World,
  { organization, name, role }: { organization: string; name: string; role: Role },
): Promise<Person> {
  const person = await founder(world, name);
  await enrol(world, { organization, id: person.id, role });
  return { ...person, organization, token: await switchTo(world, person.token, organization) };
}

/** Makes a user a member, without an invitation. */
export async function enrol(
  world: World,
  { organization, id, role }: { organization: string; id: string; role: Role },
): Promise<void> {
  await world.bindings.DB.prepare(
    `INSERT INTO members (organization_id, user_id, role, created_at)
     SELECT o.id, u.id, ?, ? FROM organizations o, users u WHERE o.public_id = ? AND u.public_id = ?`,
  )
    .bind(role, world.clock.now() + 1, organization, id) // after their own: a login begins in the first
    .run();
}

export async function switchTo(world: World, token: string, organization: string): Promise<string> {
  const answer = await world.ask(`/v1/auth/organizations/${organization}/switch`, { method: "POST", token });
  return answer.json.access_token;
}

/** The actions in the audit log, oldest first. */
export async function audited(world: World, prefix: string): Promise<string[]> {
  const { results } = await world.bindings.DB.prepare("SELECT action FROM audit_log WHERE action LIKE ? ORDER BY id")
    .bind(`${prefix}%`)
    .all<{ action: string }>();
  return results.map(({ action }) => action);
}
