import type { Dialect } from "../../src/wire/dialect.ts";

/** A person's email and password. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What the suites can't read from a dialect's rows. */
interface Fixture {
  /** the row that takes an email and a password, and the answer's access token; null where no row does */
  readonly logIn: {
    readonly path: string;
    body(credentials: Credentials): object;
    // biome-ignore lint/suspicious/noExplicitAny: the vendor's JSON, as it came over the wire
    tokenOf(json: any): unknown;
  } | null;
}

// Accounts are registered through datix: one account works in every dialect.
const FIXTURES: Readonly<Record<string, Fixture>> = {
  datix: { logIn: { path: "/v1/auth/login", body: ({ email, password }) => ({ email, password }), tokenOf } },
  elyssa: { logIn: null },
  dyzo: { logIn: { path: "/login", body: ({ email, password }) => ({ email, password }), tokenOf } },
  vault: {
    logIn: {
      path: "/api/login",
      body: ({ email, password }) => ({ email, password }),
      tokenOf: ({ userToken }: { userToken?: unknown }) => userToken,
    },
  },
};

function tokenOf(json: { access_token?: unknown }): unknown {
  return json.access_token;
}

export function fixtureOf(dialect: Dialect): Fixture {
  const fixture = FIXTURES[dialect.name];
  if (fixture === undefined) throw new Error(`test/promises/fixtures.ts doesn't say how ${dialect.name} is spoken`);
  return fixture;
}
