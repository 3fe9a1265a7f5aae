import { beforeEach, describe, expect, it } from "vitest";
import { audited, founder, type Person } from "../../organization.ts";
import { ADA, emptyStorage, startWorld, type World } from "../../world.ts";

let world: World;
let ada: Person;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await founder(world, "ada");
});

const DAY = 86_400;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const PATH = "/v1/auth/company-credentials";

const make = (json: unknown = { name: "ERP" }) => world.ask(PATH, { token: ada.token, json });
const list = () => world.ask(PATH, { token: ada.token });
const revoke = (id: string) => world.ask(`${PATH}/${id}`, { method: "DELETE", token: ada.token });
const logIn = (companyId: unknown) => world.ask("/auth/login/", { json: { companyId } });
const refresh = (token: unknown) => world.ask("/auth/refresh/", { json: { refresh: token } });
const verify = (token: string, on = world) => on.ask("/v1/auth/verify", { token });
const claimsOf = (token: string) => JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));

describe("company credentials", () => {
  it("are made, shown once, and listed without their secret", async () => {
    const made = await make({ name: " ERP " });
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      id: expect.stringMatching(/^cred_[0-9A-Za-z]{22}$/),
      name: "ERP",
      company_id: expect.stringMatching(UUID_V4),
      created_at: "2026-01-01T00:00:00Z",
    });
    const answer = await list();
    expect(answer.text).not.toContain(made.json.company_id);
    expect(answer.json).toEqual({
      company_credentials: [
        { id: made.json.id, name: "ERP", created_at: "2026-01-01T00:00:00Z", expires_at: null, last_used_at: null },
      ],
      next_cursor: null,
    });
    const { results } = await world.bindings.DB.prepare("SELECT * FROM company_credentials").all();
    expect(JSON.stringify(results)).not.toContain(made.json.company_id);
    expect(await audited(world, "company_credential.")).toEqual(["company_credential.created"]);
  });

  it("tell when they were last used", async () => {
    const { company_id } = (await make()).json;
    world.clock.advance(60);
    const { refreshToken } = (await logIn(company_id)).json;
    expect((await list()).json.company_credentials[0].last_used_at).toBe("2026-01-01T00:01:00Z");
    world.clock.advance(60);
    await refresh(refreshToken);
    expect((await list()).json.company_credentials[0].last_used_at).toBe("2026-01-01T00:02:00Z");
  });

  it("live side by side, so that one is exchanged without an outage", async () => {
    const old = (await make()).json;
    const next = (await make()).json;
    expect((await logIn(old.company_id)).status).toBe(200);
    expect((await revoke(old.id)).json).toEqual({ success: true, message: "Company credential revoked" });
    expect((await logIn(old.company_id)).status).toBe(401);
    expect((await logIn(next.company_id)).status).toBe(200);
    expect((await list()).json.company_credentials.map(({ id }: { id: string }) => id)).toEqual([next.id]);
    expect((await revoke(old.id)).status).toBe(404);
  });

  it.each([
    [{}, "name"],
    [{ name: "" }, "name"],
    [{ name: "x", expires_in_days: 0 }, "expires_in_days"],
    [{ name: "x", expires_in_days: 1.5 }, "expires_in_days"],
    [{ name: "x", expires_in_days: "1" }, "expires_in_days"],
    [{ name: "x", expires_in_days: 3_651 }, "expires_in_days"],
  ])("refuse %j", async (json, field) => {
    const answer = await make(json);
    expect([answer.status, answer.json.errors[0].field]).toEqual([400, field]);
  });
});

describe("POST /auth/login/", () => {
  it("answers an access token for 24 hours and a refresh token", async () => {
    const { id, company_id } = (await make()).json;
    const answer = await logIn(company_id.toUpperCase());
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
    });
    const now = world.clock.now();
    expect(claimsOf(answer.json.accessToken)).toEqual({
      iss: "http://localhost:8787",
      aud: "http://localhost:8787",
      sub: id,
      iat: now,
      nbf: now,
      exp: now + DAY,
      auth_time: now,
      jti: expect.any(String),
      sid: id,
      client_id: "elyssa",
      kind: "company",
      org: ada.organization,
      role: "USER",
      userId: id,
      username: "ERP",
      organizationId: ada.organization,
    });
    expect(await audited(world, "company.")).toEqual(["company.signed_in"]);
  });

  it.each(["/auth/login", "/auth/login/"])("is there at %s", async (path) => {
    const { company_id } = (await make()).json;
    expect((await world.ask(path, { json: { companyId: company_id } })).status).toBe(200);
  });

  it("takes no organization's public id for a credential, nor any other text", async () => {
    await make();
    for (const text of [ada.organization, "", "56412335-a35c-4fad-ba1c-76a3068301b5", "x".repeat(10_000), ada.token]) {
      const answer = await logIn(text);
      expect([answer.status, answer.json]).toEqual([401, { statusCode: 401, message: "Invalid credentials" }]);
      expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
    }
  });

  it.each([{}, { companyId: null }, { companyId: 1 }, { companyId: ["x"] }, { companyId: {} }, []])(
    "refuses %j with 400",
    async (json) => {
      const answer = await world.ask("/auth/login/", { json });
      expect([answer.status, answer.json.statusCode]).toEqual([400, 400]);
      expect(Object.keys(answer.json)).toEqual(["statusCode", "message"]);
    },
  );

  it("counts guesses, and nothing else, against the client", async () => {
    world = startWorld({ RATE_LIMITS: { "login:ip": "3/900" } });
    const { company_id } = (await make()).json;
    for (let tries = 0; tries < 5; tries++) expect((await logIn(company_id)).status).toBe(200);
    for (let tries = 0; tries < 3; tries++) expect((await logIn("guess")).status).toBe(401);
    const refused = await logIn(company_id);
    expect([refused.status, refused.json.statusCode]).toEqual([429, 429]);
    expect(refused.headers.get("Retry-After")).toMatch(/^\d+$/);
  });

  it("ends with the credential's own time", async () => {
    const { company_id } = (await make({ name: "x", expires_in_days: 1 })).json;
    world.clock.advance(DAY - 60);
    const { accessToken, refreshToken } = (await logIn(company_id)).json;
    expect(claimsOf(accessToken).exp).toBe(world.clock.now() + 60);
    world.clock.advance(60);
    expect((await logIn(company_id)).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await verify(accessToken)).status).toBe(401);
  });
});

describe("POST /auth/refresh/", () => {
  it("answers another access token, and the refresh token stays good for 360 days", async () => {
    const { refreshToken, accessToken } = (await logIn((await make()).json.company_id)).json;
    for (const days of [1, 200, 158]) {
      world.clock.advance(days * DAY);
      const answer = await refresh(refreshToken);
      expect([answer.status, Object.keys(answer.json)]).toEqual([200, ["accessToken"]]);
      expect(answer.json.accessToken).not.toBe(accessToken);
      expect((await verify(answer.json.accessToken)).status).toBe(200);
    }
    world.clock.advance(DAY);
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it("gives no token that outlives the refresh token", async () => {
    const { refreshToken } = (await logIn((await make()).json.company_id)).json;
    world.clock.advance(360 * DAY - 60);
    const { exp, iat } = claimsOf((await refresh(refreshToken)).json.accessToken);
    expect(exp - iat).toBe(60);
  });

  it("takes no access token, no secret, and nothing else", async () => {
    const { company_id } = (await make()).json;
    const { accessToken } = (await logIn(company_id)).json;
    for (const text of [accessToken, company_id, ada.token, "", "x"]) {
      const answer = await refresh(text);
      expect([answer.status, answer.json]).toEqual([401, { statusCode: 401, message: "Invalid credentials" }]);
    }
    for (const json of [{}, { refresh: 1 }, { refresh: null }, { refreshToken: "x" }]) {
      expect((await world.ask("/auth/refresh/", { json })).status).toBe(400);
    }
  });

  it("is no credential anywhere else", async () => {
    const { refreshToken } = (await logIn((await make()).json.company_id)).json;
    expect((await verify(refreshToken)).status).toBe(401);
    expect((await logIn(refreshToken)).status).toBe(401);
  });
});

describe("a company's token", () => {
  it("is answered for by verify", async () => {
    const { id, company_id } = (await make()).json;
    const answer = await verify((await logIn(company_id)).json.accessToken);
    expect(answer.json).toEqual({
      active: true,
      kind: "company",
      subject: id,
      organization_id: ada.organization,
      role: "USER",
      scopes: [],
      expires_at: "2026-01-02T00:00:00Z",
    });
    expect(answer.headers.get("X-Auth-Organization")).toBe(ada.organization);
  });

  it("changes no user and reads none", async () => {
    const { accessToken: token } = (await logIn((await make()).json.company_id)).json;
    for (const [method, path, json] of [
      ["GET", "me"],
      ["PATCH", "me", { full_name: "Eve" }],
      ["POST", "refresh"],
      ["POST", "change-password", { current_password: ADA.password, new_password: "another good one" }],
      ["DELETE", `members/${ada.id}`],
      ["POST", "company-credentials", { name: "x" }],
    ] as const) {
      const answer = await world.ask(`/v1/auth/${path}`, { method, token, ...(json === undefined ? {} : { json }) });
      expect([path, answer.status, answer.json.code]).toEqual([path, 403, "forbidden"]);
    }
  });

  it("ends with its credential: at once here, within 65 s elsewhere", async () => {
    const { id, company_id } = (await make()).json;
    const { accessToken, refreshToken } = (await logIn(company_id)).json;
    const elsewhere = startWorld();
    expect((await verify(accessToken, elsewhere)).status).toBe(200);
    await revoke(id);
    expect((await verify(accessToken)).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await world.ask("/v1/auth/me", { token: accessToken })).status).toBe(401);
    elsewhere.clock.advance(65);
    expect((await verify(accessToken, elsewhere)).status).toBe(401);
  });

  it("stays refused for as long as it could be good", async () => {
    const { id, company_id } = (await make()).json;
    const { accessToken } = (await logIn(company_id)).json;
    await revoke(id);
    world.clock.advance(DAY - 1);
    expect((await verify(accessToken)).status).toBe(401);
  });

  it("is judged by D1 while KV is down", async () => {
    const down = async () => Promise.reject(new Error("down"));
    const { id, company_id } = (await make()).json;
    const { accessToken } = (await logIn(company_id)).json;
    expect((await verify(accessToken, startWorld({ KV: { get: down, put: down } }))).status).toBe(200);
    await revoke(id);
    expect((await verify(accessToken, startWorld({ KV: { get: down, put: down } }))).status).toBe(401);
  });

  it("isn't made for a credential that ends during the login", async () => {
    const { id, company_id } = (await make()).json;
    const { companyCredentials } = world.core;
    const grant = { createdAt: world.clock.now(), expiresAt: world.clock.now() + DAY };
    await revoke(id);
    const entry = { action: "company.signed_in", at: 0, result: "success", requestId: "req_late" } as const;
    const rest = { actor: null, organization: null, target: null, address: null, country: null, userAgent: null };
    const token = "hash" as Parameters<typeof companyCredentials.openGrant>[0]["token"];
    const opened = await companyCredentials.openGrant({ token, credential: id, grant }, { ...entry, ...rest });
    expect([opened, (await logIn(company_id)).status]).toEqual([false, 401]);
    expect(await audited(world, "company.signed_in")).toEqual([]);
  });
});
