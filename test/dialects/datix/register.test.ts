import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../../world.ts";
import { expectProblem } from "./problem.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

const count = async (table: string) =>
  (await env.DB.prepare(`SELECT count(*) AS rows FROM ${table}`).first<{ rows: number }>())?.rows;

describe("POST /register", () => {
  it("answers 201 with the new admin of a new organization", async () => {
    const answer = await register(world);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^user_[0-9A-Za-z]{22}$/),
      email: "ada@example.com",
      full_name: "Ada Lovelace",
      organization_id: expect.stringMatching(/^org_[0-9A-Za-z]{22}$/),
      role: "admin",
      created_at: "2026-01-01T00:00:00Z",
    });
  });

  it("each user has an organization of their own, whatever it is called", async () => {
    const [ada, bob] = [await register(world), await register(world, { email: "bob@example.com" })];
    expect(bob.status).toBe(201);
    expect(bob.json.organization_id).not.toBe(ada.json.organization_id);
  });

  it("an email that has an account is 409, in any case", async () => {
    await register(world);
    for (const email of [ADA.email, "Ada@Example.COM"]) {
      const detail = "Email already exists";
      expectProblem(await register(world, { email }), { status: 409, code: "email_taken", detail });
    }
    expect(await count("users")).toBe(1);
  });

  it("asking for a taken email costs a read and no hashing: it isn't what register:ip counts", async () => {
    await register(world);
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    expect((await register(world)).status).toBe(409);
    expect(derive).not.toHaveBeenCalled();
    derive.mockRestore();
  });

  it("the email is kept in lower case and the names without the white space around them", async () => {
    const changes = { email: "ADA@Example.Com", full_name: "  Ada  Lovelace ", organization_name: "\u00a0Engines " };
    expect((await register(world, changes)).json).toMatchObject({ email: ADA.email, full_name: "Ada  Lovelace" });
    const { name } = (await env.DB.prepare("SELECT name FROM organizations").first<{ name: string }>()) ?? {};
    expect(name).toBe("Engines");
  });

  it("members of the body that the contract doesn't name are ignored", async () => {
    const answer = await world.ask("/v1/auth/register", { json: { ...ADA, role: "viewer", id: 1, constructor: {} } });
    expect(answer.json).toMatchObject({ role: "admin", email: ADA.email });
  });

  it.each(Object.keys(ADA))("without %s it is 400", async (field) => {
    const answer = await register(world, { [field]: undefined });
    expectProblem(answer, { status: 400, code: "invalid_input", detail: `${field} is required`, field });
  });

  it.each([
    "ada",
    "@example.com",
    "ada@",
    "ada@localhost",
    "ada@@example.com",
    "ada lovelace@example.com",
    '"ada"@example.com',
    "ada@[203.0.113.7]",
    "ada@203.0.113.7",
    "ada..l@example.com",
    ".ada@example.com",
    "ada@-example.com",
    "ada@example..com",
    "ada@exämple.com",
    "ad\u212a@example.com",
    " ada@example.com",
    `${"a".repeat(65)}@example.com`,
    `ada@${"a.".repeat(124)}com`,
  ])("the email %j is 400", async (email) => {
    const detail = "email must be an email address, such as user@example.com";
    expectProblem(await register(world, { email }), { status: 400, code: "invalid_input", detail, field: "email" });
  });

  it("the longest address that mail can carry is taken", async () => {
    const email = `${"a".repeat(64)}@${"b".repeat(62)}.${"c".repeat(61)}.${"d".repeat(61)}.se`;
    expect(email).toHaveLength(254);
    expect((await register(world, { email })).status).toBe(201);
  });

  it.each(["full_name", "organization_name"])("%s has 1 to 200 characters", async (field) => {
    const code = "invalid_input";
    for (const empty of ["", "   ", "\u00a0"]) {
      const answer = await register(world, { [field]: empty });
      expectProblem(answer, { status: 400, code, detail: `${field} must not be empty`, field });
    }
    const long = await register(world, { [field]: "🔑".repeat(201) });
    expectProblem(long, { status: 400, code, detail: `${field} must be at most 200 characters`, field });
    expect((await register(world, { [field]: "🔑".repeat(200) })).status).toBe(201);
  });

  const LONGEST = "0123456789abcde ".repeat(64); // 1,024 bytes

  it.each([
    ["short", "7 chars", "Please choose a password of at least 8 characters."],
    ["common", "Password123", /^This password is one of the most common/],
    ["their email", "ADA.Countess@example.com", /^The password can't be your email address/],
    ["the email's first part", "ada.countess", /^The password can't be your email address/],
    ["their name", "ada lovelace", /^The password can't be your own name/],
    ["longer than 1,024 bytes", `${LONGEST}x`, "The password is too long: at most 1,024 bytes are allowed."],
    ["longer than that once composed", "\ufdfa".repeat(40), /^The password is too long/],
  ])("a weak password is 400: %s", async (_, password, words) => {
    const answer = await register(world, { email: "ada.countess@example.com", password });
    const detail = typeof words === "string" ? words : expect.stringMatching(words);
    expectProblem(answer, { status: 400, code: "weak_password", detail, field: "password" });
    expect(answer.text).not.toContain(password);
    expect(await count("users")).toBe(0);
  });

  it("a password of 1,024 bytes is taken whole: one byte less or more is another password", async () => {
    await register(world, { password: LONGEST });
    expect(await logIn(world, { password: LONGEST })).toMatch(/^ey/);
    for (const password of [LONGEST.slice(0, -1), `${LONGEST}x`, `${LONGEST.slice(0, -1)}x`]) {
      expect(await logIn(world, { password })).toBeUndefined();
    }
  });

  it("one password in two spellings of Unicode is one password", async () => {
    await register(world, { password: "cafe\u0301 au lait \ufb01n" });
    expect(await logIn(world, { password: "caf\u00e9 au lait fin" })).toMatch(/^ey/);
    expect(await logIn(world, { password: "cafe au lait fin" })).toBeUndefined();
  });

  it("PASSWORD_MIN_LENGTH raises the least length", async () => {
    const strict = startWorld({ PASSWORD_MIN_LENGTH: "15" });
    const answer = await register(strict, { password: "fourteen chars" });
    expect(answer.json.detail).toBe("Please choose a password of at least 15 characters.");
    expect((await register(strict, { password: "fifteen  chars!" })).status).toBe(201);
  });

  it("the stored hash is sealed, and nothing of the password is at rest", async () => {
    await register(world);
    const user = await env.DB.prepare("SELECT * FROM users").first<Record<string, unknown>>();
    expect(user?.password_hash).toMatch(/^1\.[\w-]{80,}$/);
    expect(JSON.stringify(user)).not.toMatch(/pbkdf2|correct horse/);
  });
});

describe("of eight parallel registrations of one email", () => {
  it("one is 201 and seven are 409: one user, one organization, one member, one line in the audit log", async () => {
    const isolates = [world, startWorld()];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => register(isolates[n % 2] ?? world, { full_name: `Ada the ${n}th` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    const tables = ["users", "organizations", "members", "audit_log"];
    expect(await Promise.all(tables.map(count))).toEqual([1, 1, 1, 1]);

    const winner = answers.find(({ status }) => status === 201)?.json;
    const token = await logIn(world);
    expect((await world.ask("/v1/auth/me", { token })).json).toMatchObject(winner);
  });
});
