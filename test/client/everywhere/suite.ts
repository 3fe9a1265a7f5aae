import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import {
  type Client,
  changePassword,
  confirm2fa,
  createApiKey,
  emailExists,
  enable2fa,
  finishLogin,
  forgotPassword,
  listApiKeys,
  listSessions,
  login,
  logout,
  me,
  memoryStore,
  register,
  registerAndLogin,
  resendEmailVerification,
  resetPassword,
  sendOtp,
  updateMe,
  verifyEmail,
} from "../../../src/client/index.ts";
import { createVerifier } from "../../../src/client/verify.ts";
import { equal, type Ground, newGround, refusalOf, renewals, totp } from "./ground.ts";

// One suite for every runtime: nothing but the language and what browsers, Node and workerd have in common.

const ACCESS_TTL = 3_600;
const DIALECTS = ["dyzo", "datix", "vault"] as const;

/** name: a promise, and what shows that it is kept */
const CASES: Readonly<Record<string, (ground: Ground) => Promise<void>>> = {
  "a login by password answers who it is, in every dialect": async (ground) => {
    for (const dialect of DIALECTS) {
      const client = ground.client();
      equal(await login(client, { ...ground.account, dialect }), { kind: "signed_in" });
      equal((await me(client)).email, ground.account.email);
    }
  },

  "a code and Google are ways in too, and their sessions renew themselves": async (ground) => {
    const { email } = ground.account;
    const client = ground.client();
    await sendOtp(client, { email });
    const code = await ground.mailed({ to: email, pattern: /^(\d{6})$/m });
    equal(await login(client, { email, otp: code }), { kind: "signed_in" });
    equal((await refusalOf(login(client, { email, otp: code })))?.code, "unauthenticated");
    const visitor = ground.client();
    equal(await login(visitor, { token: `ya29.google-${email}` }), { kind: "signed_in" });
    await ground.turn(ACCESS_TTL);
    equal((await me(client)).email, email);
    equal((await me(visitor)).email, `google-${email}`);
    equal(renewals(ground), 2);
  },

  "a company's session renews its token by itself, until its credential is revoked": async (ground) => {
    const admin = await signedIn(ground);
    const made = await ground.ask(admin, {
      method: "POST",
      path: "/v1/auth/company-credentials",
      json: { name: "HR" },
    });
    const company = ground.client();
    equal(await login(company, { companyId: String(made.company_id) }), { kind: "signed_in" });
    const verify = { method: "GET", path: "/v1/auth/verify" };
    equal((await ground.ask(company, verify)).kind, "company");
    const before = await company.tokens();
    await ground.turn(24 * ACCESS_TTL);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ground.ask(company, verify)));
    equal(
      answers.map(({ kind }) => kind),
      Array(5).fill("company"),
    );
    equal(ground.sent.filter((what) => what === "POST /auth/refresh/").length, 1);
    const after = await company.tokens();
    equal([after?.access !== before?.access, after?.refresh === before?.refresh], [true, true]);

    const revoked = { method: "DELETE", path: `/v1/auth/company-credentials/${made.id}` };
    await ground.ask(await signedIn(ground), revoked);
    await ground.turn(24 * ACCESS_TTL);
    equal((await refusalOf(ground.ask(company, verify)))?.code, "signed_out");
    equal(await company.tokens(), null);
  },

  "twenty parallel calls with an expired token: one refresh": async (ground) => {
    const client = await signedIn(ground);
    await ground.turn(ACCESS_TTL);
    const users = await Promise.all(Array.from({ length: 20 }, () => me(client)));
    equal(new Set(users.map(({ email }) => email)).size, 1);
    equal(renewals(ground), 1);
    equal(await rotations(client), 1);
  },

  "twenty parallel calls, and this machine's clock is behind: one refresh, and each is sent again": async (ground) => {
    const began = ground.now();
    const client = await signedIn(ground, { now: () => began });
    await ground.turn(ACCESS_TTL);
    await Promise.all(Array.from({ length: 20 }, () => me(client)));
    equal(renewals(ground), 1);
    equal(ground.sent.filter((what) => what === "GET /v1/auth/me").length, 40);
  },

  "a machine whose clock is ahead keeps a token that is still good": async (ground) => {
    const client = await signedIn(ground, { now: () => ground.now() + 10 * ACCESS_TTL });
    equal((await me(client)).email, ground.account.email);
    equal(await rotations(client), 0);
  },

  "a request with a body is carried out once, and whole, although the token had expired": async (ground) => {
    const began = ground.now();
    for (const now of [ground.now, () => began]) {
      const client = await signedIn(ground, { now });
      await ground.turn(ACCESS_TTL);
      await createApiKey(client, { name: "A key" });
      await updateMe(client, { full_name: "Ada King" });
      equal((await me(client)).full_name, "Ada King");
    }
    const { api_keys } = await listApiKeys(await signedIn(ground));
    equal(
      api_keys.map(({ name }) => name),
      ["A key", "A key"],
    );
  },

  "two tabs that know nothing of each other: both renew, nobody is logged out": async (ground) => {
    const store = memoryStore();
    const tabs = [await signedIn(ground, { store, locks: null }), ground.client({ store, locks: null })];
    for (let round = 0; round < 3; round++) {
      await ground.turn(ACCESS_TTL);
      await Promise.all(tabs.map(me));
    }
    await Promise.all(tabs.map(me));
  },

  "two tabs with locks: one of them renews for both": async (ground) => {
    const locks = new Queue();
    const store = memoryStore();
    const tabs = [await signedIn(ground, { store, locks }), ground.client({ store, locks })];
    await ground.turn(ACCESS_TTL);
    await Promise.all([...tabs, ...tabs].map(me));
    equal(renewals(ground), 1);
  },

  "a session without a refresh token is renewed in the last minute of its token, and once": async (ground) => {
    for (const [at, dialect] of (["datix", "vault"] as const).entries()) {
      const client = ground.client();
      await login(client, { ...ground.account, dialect });
      const before = await client.tokens();
      await ground.turn(ACCESS_TTL - 61);
      await me(client);
      equal(renewals(ground), at);
      await ground.turn(2);
      await Promise.all([me(client), me(client), me(client)]);
      equal(renewals(ground), at + 1);
      const after = await client.tokens();
      equal([after?.access !== before?.access, after?.team !== before?.team], [true, dialect === "vault"]);
    }
  },

  "such a session whose token is over is signed out, and its tokens forgotten": async (ground) => {
    for (const dialect of ["datix", "vault"] as const) {
      const client = ground.client();
      await login(client, { ...ground.account, dialect });
      await ground.turn(ACCESS_TTL);
      equal((await refusalOf(me(client)))?.code, "signed_out");
      equal(await client.tokens(), null);
    }
  },

  "an address is verified and a password reset by their mails": async (ground) => {
    const client = ground.client();
    const email = `vault-${ground.account.email}`;
    const { password } = ground.account;
    equal(await emailExists(client, { email }), false);
    equal(await registerAndLogin(client, { email, password, name: "Bob" }), { kind: "signed_in" });
    equal((await me(client)).email_verified, false);
    equal(await emailExists(client, { email }), true);
    await resendEmailVerification(client, { capcha: "" });
    const link = await ground.mailed({ to: email, pattern: /\/verify-email\?token=([\w-]+)/ });
    equal(await verifyEmail(client, { token: link }), { kind: "signed_in" });
    equal((await me(client)).email_verified, true);
    equal((await refusalOf(verifyEmail(client, { token: link })))?.code, "not_found");

    await forgotPassword(client, { email });
    const reset = await ground.mailed({ to: email, pattern: /\/reset-password\?token=([\w-]+)/ });
    await resetPassword(client, { token: reset, newPassword: "another horse battery" });
    equal((await refusalOf(me(client)))?.code, "signed_out");
    equal(await login(client, { email, password: "another horse battery" }), { kind: "signed_in" });
  },

  "a second factor is a step of its own, in every dialect": async (ground) => {
    const first = await signedIn(ground);
    const { secret, backup_codes } = await enable2fa(first);
    await confirm2fa(first, { code: await totp(secret, ground.now()) });
    for (const [at, dialect] of DIALECTS.entries()) {
      const client = ground.client();
      const outcome = await login(client, { ...ground.account, dialect });
      if (outcome.kind !== "second_factor") throw new Error("no second factor was asked for");
      equal((await refusalOf(me(client)))?.code, "signed_out");
      equal((await refusalOf(finishLogin(client, { ...outcome, code: "00000000" })))?.code, "unauthenticated");
      await finishLogin(client, { ...outcome, code: backup_codes[at] ?? "" });
      const tokens = await client.tokens();
      equal([tokens?.refresh !== null, tokens?.team !== null], [dialect === "dyzo", dialect === "vault"]);
      equal((await me(client)).two_factor_enabled, true);
    }
  },

  "every refusal is a word of a closed list, whatever the dialect": async (ground) => {
    const client = ground.client();
    const wrong = { ...ground.account, password: "wrong horse battery" };
    equal((await refusalOf(login(client, wrong)))?.code, "unauthenticated");
    equal((await refusalOf(login(client, { ...wrong, dialect: "datix" })))?.code, "unauthenticated");
    const again = { ...ground.account, full_name: "Ada", organization_name: "Engines" };
    equal((await refusalOf(register(client, again)))?.code, "conflict");
    const invalid = await refusalOf(register(client, { ...again, email: "ada" }));
    equal([invalid?.code, invalid?.details.field], ["invalid", "email"]);
    const lost = ground.client({ fetch: () => Promise.reject(new TypeError("no network")) });
    equal((await refusalOf(login(lost, wrong)))?.code, "unreachable");
  },

  "a wrong password is told once, and the session stays": async (ground) => {
    for (const dialect of DIALECTS) {
      const client = ground.client();
      await login(client, { ...ground.account, dialect });
      ground.sent.length = 0;
      const change = { current_password: "wrong horse battery", new_password: "another horse battery" };
      equal((await refusalOf(changePassword(client, change)))?.code, "unauthenticated");
      equal(ground.sent.filter((what) => what.endsWith("/change-password")).length, 1);
      equal((await me(client)).email, ground.account.email);
    }
  },

  "while Latchkey can't be reached the session is kept": async (ground) => {
    let down = false;
    const fails: typeof fetch = (...asked) => (down ? Promise.reject(new TypeError("down")) : fetch(...asked));
    const client = await signedIn(ground, { fetch: fails });
    await ground.turn(ACCESS_TTL);
    down = true;
    equal((await refusalOf(me(client)))?.code, "unreachable");
    down = false;
    equal((await me(client)).email, ground.account.email);
  },

  "a logout ends the session there and here": async (ground) => {
    const [client, other] = [await signedIn(ground), await signedIn(ground)];
    await logout(client);
    equal(await client.tokens(), null);
    equal((await refusalOf(me(client)))?.code, "signed_out");
    equal((await listSessions(other)).sessions.length, 1);
  },

  "a token is verified by the library and by jose's remote key set, an API key by a call": async (ground) => {
    const client = await signedIn(ground);
    const token = (await client.tokens())?.access ?? "";
    const issuer = "http://localhost:8787";
    const moved: typeof fetch = (input, init) => fetch(String(input).replace(issuer, ground.url), init);
    const verifier = createVerifier({ issuer, fetch: moved, now: ground.now });
    const { id } = await me(client);
    const verified = await verifier.verify(token);
    equal(verified.active && verified.subject, id);
    const jwks = createRemoteJWKSet(new URL("/.well-known/jwks.json", ground.url), { [customFetch]: fetch });
    const rules = { issuer, audience: issuer, typ: "at+jwt", currentDate: new Date(ground.now() * 1000) };
    equal((await jwtVerify(token, jwks, rules)).payload.sub, id);
    const { key } = await createApiKey(client, { name: "A key" });
    const byKey = await verifier.verify(key);
    equal(byKey.active && [byKey.kind, byKey.subject], ["api_key", id]);
  },
};

async function signedIn(ground: Ground, options: Parameters<Ground["client"]>[0] = {}): Promise<Client> {
  const client = ground.client(options);
  await login(client, ground.account);
  return client;
}

/** How often the refresh token was rotated: its counter. */
async function rotations(client: Client): Promise<number> {
  return Number((await client.tokens())?.refresh?.split(".")[1]);
}

/** Web Locks of one name, for runtimes without. */
class Queue {
  #last: Promise<unknown> = Promise.resolve();

  request<T>(_name: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }
}

export const NAMES = Object.keys(CASES);

/** Null when it is kept; what went wrong when it isn't. `run` makes the accounts of this run its own. */
export async function runCase({ name, url, run }: { name: string; url: string; run: string }): Promise<string | null> {
  try {
    const kept = CASES[name];
    if (kept === undefined) return "there is no such case";
    await kept(await newGround(url, `${run}-${NAMES.indexOf(name)}`));
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
}
