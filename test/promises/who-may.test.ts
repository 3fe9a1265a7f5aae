import { beforeAll, describe, expect, it } from "vitest";
import type { Access } from "../../src/domain/access.ts";
import { may } from "../../src/domain/permissions.ts";
import { ROLES, type Role } from "../../src/domain/user.ts";
import { DIALECTS } from "../../src/http/app.ts";
import type { Row } from "../../src/wire/dialect.ts";
import { refusalIn } from "../contract.ts";
import { colleague, founder, type Person, switchTo } from "../organization.ts";
import { type Asked, emptyStorage, logIn, startWorld, type World } from "../world.ts";
import { pathOf, sampleOf, takesBody } from "./samples.ts";
import { storageOf } from "./things.ts";

/** Every kind of credential that there is, good ones and such as are good for something else. */
const KINDS = [
  "access token",
  "team token",
  "API key",
  "company access token",
  "company refresh token",
  "user's refresh token",
  "companyId",
  "access token of an ended session",
  "expired access token",
] as const;
type Kind = (typeof KINDS)[number];

/** The kinds that a row takes; a good credential of another kind is 403, all else 401. */
const TAKEN: Readonly<Record<Exclude<Access, "public">, readonly Kind[]>> = {
  session: ["access token"],
  account: ["access token", "API key"],
  verify: ["access token", "team token", "API key", "company access token"],
};
const GOOD: readonly Kind[] = TAKEN.verify;

/** What the table says: null where the caller gets in. */
function expectedOf({ access, needs }: Row, { kind, role }: { kind: Kind; role: Role }): string | null {
  if (access === "public") return null;
  if (!GOOD.includes(kind)) return "unauthenticated";
  if (!TAKEN[access].includes(kind)) return "forbidden";
  return needs === null || may(role, needs) ? null : "forbidden";
}

const LIMITS = {
  RATE_LIMITS: { "login:ip": "100000/900", "login:account": "100000/900", "register:ip": "100000/900" },
};

let world: World;
let people: Readonly<Record<Role, Person & { readonly apiKey: string }>>;
let company: { readonly id: string; readonly accessToken: string; readonly refreshToken: string };
beforeAll(async () => {
  await emptyStorage();
  world = startWorld(LIMITS);
  await founder(world, "somebody"); // whom a sample's number 1 names
  const admin = await founder(world, "ada");
  const { organization } = admin;
  const member = await colleague(world, { organization, name: "bob", role: "member" });
  const viewer = await colleague(world, { organization, name: "cyd", role: "viewer" });
  const keyed = async (person: Person) => {
    const json = { name: "CI", expires_in_days: 30 };
    return { ...person, apiKey: (await world.ask("/v1/auth/api-keys", { token: person.token, json })).json.key };
  };
  people = { admin: await keyed(admin), member: await keyed(member), viewer: await keyed(viewer) };
  const made = await world.ask("/v1/auth/company-credentials", { token: admin.token, json: { name: "ERP" } });
  const { json } = await world.ask("/auth/login/", { json: { companyId: made.json.company_id } });
  company = { id: made.json.company_id, ...json };
});

/** A new session in the organization: what a row does to it is nobody else's matter. */
async function signedIn(role: Role): Promise<string> {
  const { email, organization } = people[role];
  const token = await logIn(world, { email });
  return role === "admin" ? token : switchTo(world, token, organization);
}

/** The same for the team: vault's token of the session that a user's own token is of. */
async function teamToken(role: Role): Promise<string> {
  return (await world.ask("/api/refresh", { token: await signedIn(role) })).json.vaultToken;
}

/** How a credential of the kind is sent. */
async function presented(kind: Kind, role: Role): Promise<Pick<Asked, "token" | "headers">> {
  switch (kind) {
    case "access token":
    case "expired access token":
      return { token: await signedIn(role) };
    case "team token":
      return { token: await teamToken(role) };
    case "API key":
      return { headers: { "X-API-Key": people[role].apiKey } };
    case "company access token":
      return { token: company.accessToken };
    case "company refresh token":
      return { token: company.refreshToken };
    case "companyId":
      return { token: company.id };
    case "user's refresh token": {
      const { email } = people[role];
      const { json } = await world.ask("/login", { json: { email, password: "correct horse battery" } });
      return { token: json.refresh_token };
    }
    case "access token of an ended session": {
      const token = await signedIn(role);
      await world.ask("/v1/auth/logout", { method: "POST", token });
      return { token };
    }
  }
}

const rows = DIALECTS.flatMap(({ rows }) => rows).map((row) => [`${row.method} ${row.path}`, row] as const);
const guarded = rows.filter(([, { access }]) => access !== "public");

describe.each(guarded)("%s", (_, row) => {
  it.each(KINDS)("%s: is answered as the table says, in every role", async (kind) => {
    for (const role of ROLES) {
      const credential = await presented(kind, role);
      const expected = expectedOf(row, { kind, role });
      const before = expected === null ? null : await storageOf();
      const { refusal, status } = await ask(row, { kind, credential });
      const isOut = refusal === "forbidden" || refusal === "unauthenticated";
      expect([role, isOut ? refusal : null]).toEqual([role, expected]);
      if (expected !== null) {
        expect(status).toBe(expected === "forbidden" ? 403 : 401);
        expect(await storageOf()).toEqual(before);
      }
    }
  });
});

/** One request with the row's own sample; of an expired token, two hours later. */
async function ask(row: Row, { kind, credential }: { kind: Kind; credential: Pick<Asked, "token" | "headers"> }) {
  const on = kind === "expired access token" ? startWorld(LIMITS) : world;
  if (on !== world) on.clock.advance(7_200);
  const json = takesBody(row) ? { json: sampleOf(row) } : {};
  const { status, headers } = await on.ask(pathOf(row), { method: row.method, ...credential, ...json });
  return { status, refusal: refusalIn(on.log.lines, headers.get("X-Request-Id")) };
}
