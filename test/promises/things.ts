import { env } from "cloudflare:workers";
import { verificationToken } from "../mail.ts";
import type { Person } from "../organization.ts";
import type { World } from "../world.ts";

// What an organization has, and what of it other people may ask for by name.

/** One of everything that has a name, in the person's organization. */
export async function furnish(world: World, { token, email }: Person): Promise<void> {
  const post = (path: string, json: object) => world.ask(`/v1/auth/${path}`, { token, json });
  const project = await post("projects", { name: "Website" });
  // after it, or the proof of the address would make another
  await world.ask(`/api/verify-email/${await verificationToken(world, email)}`);
  const made = await Promise.all([
    post("company-credentials", { name: "ERP" }),
    post("api-keys", { name: "CI", expires_in_days: 30 }),
    post("invitations", { email: `guest.of.${email}`, role: "member" }),
  ]);
  for (const { status, text } of [project, ...made])
    if (status !== 201) throw new Error(`not furnished: ${status} ${text}`);
}

/** Every id in the storage that a request could name: the columns `id` and `public_id` of all but the log. */
export async function idsInStorage(): Promise<ReadonlySet<string>> {
  const { audit_log: _, ...tables } = await storageOf();
  const ids = Object.values(tables).flatMap((rows) => rows.flatMap(({ id, public_id }) => [id, public_id]));
  return new Set(ids.filter((id) => id !== undefined).map(String));
}

type Stored = Readonly<Record<string, unknown>>;

/** All of D1, table by table, but for what SQLite and the migrations keep for themselves, and what an alarm writes at any time. */
export async function storageOf(): Promise<Readonly<Record<string, readonly Stored[]>>> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'
       AND name NOT GLOB 'd1_*' AND name <> 'api_key_usage'`,
  ).all<{ name: string }>();
  const names = results.map(({ name }) => name);
  const tables = await env.DB.batch<Stored>(names.map((name) => env.DB.prepare(`SELECT * FROM ${name}`)));
  return Object.fromEntries(names.map((name, at) => [name, tables[at]?.results ?? []]));
}
