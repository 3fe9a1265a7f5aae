import { beforeEach, describe, expect, it } from "vitest";
import { decodeClaims } from "../../claims.ts";
import { messagesTo, verificationToken } from "../../mail.ts";
import { sentCode } from "../../phones.ts";
import { ADA, type Answered, emptyStorage, startWorld, type World } from "../../world.ts";

const VAULT_ADA = { email: ADA.email, password: ADA.password, name: ADA.full_name };
const DAY = 24 * 3_600;

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

function registerInVault(): Promise<Answered> {
  return world.ask("/api/register", { json: VAULT_ADA });
}

async function count(table: string): Promise<number> {
  const row = await world.bindings.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<{ n: number }>();
  return row?.n ?? -1;
}

const verify = (token: string) => world.ask(`/api/verify-email/${token}`);

describe("register", () => {
  it("answers both tokens, and no team stands behind them", async () => {
    const { status, json } = await registerInVault();
    expect(status).toBe(200);
    expect(json).toEqual({ userToken: expect.any(String), vaultToken: expect.any(String) });
    expect(decodeClaims(json.userToken)).toMatchObject({ kind: "user", client_id: "vault" });
    expect(decodeClaims(json.vaultToken).kind).toBe("team");
    for (const token of [json.userToken, json.vaultToken]) {
      expect(decodeClaims(token)).not.toHaveProperty("org");
      expect(decodeClaims(token)).not.toHaveProperty("project");
    }
    expect(await count("organizations")).toBe(0);
  });

  it("shows the account without a team as null in the other dialects", async () => {
    await registerInVault();
    const datix = await world.ask("/v1/auth/login", { json: { email: ADA.email, password: ADA.password } });
    expect(datix.json.user).toMatchObject({ organization_id: null, role: null });
    const dyzo = await world.ask("/login/", { json: { email: ADA.email, password: ADA.password } });
    expect(dyzo.json.employee.companyId).toBeNull();
  });

  it("mails one link, alone on its line", async () => {
    await registerInVault();
    const mails = await messagesTo(world, ADA.email);
    expect(mails).toHaveLength(1);
    expect(await verificationToken(world, ADA.email)).toMatch(/^[\w-]{43}$/);
  });

  it("keeps nothing of the token but its hash", async () => {
    await registerInVault();
    const token = await verificationToken(world, ADA.email);
    const { results } = await world.bindings.DB.prepare("SELECT * FROM challenges").all();
    expect(JSON.stringify(results)).not.toContain(token);
  });

  it("refuses an address with CRLF, a comma or fullwidth characters", async () => {
    for (const email of [
      "a@b.example\r\nBcc: c@d.example",
      "a@b.example,c@d.example",
      "ａ@b.example",
      "a@b．example",
    ]) {
      const { status, json } = await world.ask("/api/register", { json: { ...VAULT_ADA, email } });
      expect(status).toBe(400);
      expect(json).toEqual({ status: "error", message: expect.any(String) });
    }
    expect(await count("outbox")).toBe(0);
  });
});

describe("verify-email", () => {
  it("makes a team named after the user and a project, which the vaultToken names", async () => {
    await registerInVault();
    const { status, json } = await verify(await verificationToken(world, ADA.email));
    expect(status).toBe(200);
    const team = await world.bindings.DB.prepare(
      "SELECT o.public_id AS org, o.name, p.public_id AS project, m.role FROM organizations o JOIN projects p ON p.organization_id = o.id JOIN members m ON m.organization_id = o.id",
    ).all();
    expect(team.results).toEqual([
      {
        org: expect.stringMatching(/^org_\w{22}$/),
        name: "Ada Lovelace",
        project: expect.stringMatching(/^prj_\w{22}$/),
        role: "admin",
      },
    ]);
    const [{ org, project } = {}] = team.results;
    expect(decodeClaims(json.vaultToken)).toMatchObject({ kind: "team", org, project, role: "admin" });
    expect(decodeClaims(json.userToken)).toMatchObject({ kind: "user", org, role: "admin" });
  });

  it("answers a second use like an unknown link: 404", async () => {
    await registerInVault();
    const token = await verificationToken(world, ADA.email);
    await verify(token);
    const again = await verify(token);
    const unknown = await verify("A".repeat(43));
    const junk = await verify("junk");
    expect([again.status, unknown.status, junk.status]).toEqual([404, 404, 404]);
    expect(again.json).toEqual(unknown.json);
    expect(junk.json).toEqual(unknown.json);
  });

  it("lets one of eight parallel uses win, and makes one team and one project", async () => {
    await registerInVault();
    const token = await verificationToken(world, ADA.email);
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => verify(token)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array(7).fill(404)]);
    expect([await count("organizations"), await count("members"), await count("projects")]).toEqual([1, 1, 1]);
  });

  it("is void once the address was proven otherwise: it would let its finder in", async () => {
    await registerInVault();
    const token = await verificationToken(world, ADA.email);
    await world.ask("/send-otp/", { json: { email: ADA.email } });
    const json = { email: ADA.email, otp: await sentCode(world, ADA.email) };
    expect((await world.ask("/otp-login/", { json })).status).toBe(200);
    expect((await verify(token)).status).toBe(404);
  });

  it("spends nothing for HEAD", async () => {
    await registerInVault();
    const token = await verificationToken(world, ADA.email);
    const head = await world.ask(`/api/verify-email/${token}`, { method: "HEAD" });
    expect(head.status).toBe(405);
    expect(head.headers.get("Allow")).toBe("GET");
    expect((await verify(token)).status).toBe(200);
  });

  it("is over after 24 hours", async () => {
    await registerInVault();
    const token = await verificationToken(world, ADA.email);
    world.clock.advance(DAY);
    expect((await verify(token)).status).toBe(404);
  });

  it("works to the last second", async () => {
    await registerInVault();
    const token = await verificationToken(world, ADA.email);
    world.clock.advance(DAY - 1);
    expect((await verify(token)).status).toBe(200);
  });

  it("leaves the organization of who registered through datix, and adds the project", async () => {
    await world.ask("/v1/auth/register", { json: ADA });
    const { json } = await verify(await verificationToken(world, ADA.email));
    expect([await count("organizations"), await count("projects")]).toEqual([1, 1]);
    expect(decodeClaims(json.vaultToken).project).toMatch(/^prj_/);
  });

  it("brings the sessions that had no team into it", async () => {
    const { json: first } = await registerInVault();
    await verify(await verificationToken(world, ADA.email));
    const renewed = await world.ask("/api/refresh", { token: first.userToken });
    expect(decodeClaims(renewed.json.vaultToken).org).toMatch(/^org_/);
  });
});

describe("resend-email-verification", () => {
  it("mails a newer link, which alone works", async () => {
    const { json } = await registerInVault();
    const older = await verificationToken(world, ADA.email);
    const resent = await world.ask("/api/resend-email-verification?capcha=x", { token: json.userToken });
    expect(resent.status).toBe(200);
    expect(resent.json).toEqual({ userToken: expect.any(String), vaultToken: expect.any(String) });
    const newer = await verificationToken(world, ADA.email);
    expect(newer).not.toBe(older);
    expect((await verify(older)).status).toBe(404);
    expect((await verify(newer)).status).toBe(200);
  });

  it("needs the bearer", async () => {
    expect((await world.ask("/api/resend-email-verification?capcha=x")).status).toBe(401);
  });

  it("mails nothing once the address is verified", async () => {
    const { json } = await registerInVault();
    await verify(await verificationToken(world, ADA.email));
    expect((await world.ask("/api/resend-email-verification", { token: json.userToken })).status).toBe(200);
    expect(await messagesTo(world, ADA.email)).toHaveLength(1);
  });

  it("stops after five mails an hour to one address", async () => {
    const { json } = await registerInVault();
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      statuses.push((await world.ask("/api/resend-email-verification", { token: json.userToken })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

describe("refresh", () => {
  it("takes a live userToken; a vaultToken is 403", async () => {
    const { json } = await registerInVault();
    expect((await world.ask("/api/refresh", { token: json.userToken })).status).toBe(200);
    const refused = await world.ask("/api/refresh", { token: json.vaultToken });
    expect(refused.status).toBe(403);
    expect(refused.json).toEqual({ status: "error", message: expect.any(String) });
    expect((await world.ask("/api/refresh")).status).toBe(401);
  });

  it("takes no token of an ended session, of either kind", async () => {
    const { json } = await registerInVault();
    await world.ask("/v1/auth/logout", { method: "POST", token: json.userToken });
    expect((await world.ask("/api/refresh", { token: json.userToken })).status).toBe(401);
    expect((await world.ask("/api/refresh", { token: json.vaultToken })).status).toBe(401);
  });
});

describe("a vaultToken", () => {
  it("is taken by verify, and by no row that needs the user's own", async () => {
    await registerInVault();
    const { json } = await verify(await verificationToken(world, ADA.email));
    const verified = await world.ask("/v1/auth/verify", { token: json.vaultToken });
    expect(verified.json).toMatchObject({ active: true, kind: "team", role: "admin" });
    expect((await world.ask("/v1/auth/me", { token: json.vaultToken })).status).toBe(403);
  });
});

describe("exist-email", () => {
  it("answers true or false, whatever the case", async () => {
    await registerInVault();
    expect((await world.ask("/api/exist-email/ada@example.com")).json).toBe(true);
    expect((await world.ask("/api/exist-email/ADA%40Example.com")).json).toBe(true);
    const other = await world.ask("/api/exist-email/nobody@example.com");
    expect(other.text).toBe("false");
    expect((await world.ask("/api/exist-email/nonsense")).status).toBe(400);
  });

  it("is limited to 60 in five minutes a client", async () => {
    world = startWorld({ RATE_LIMITS: '{"exist:ip": "2/300"}' });
    const ask = async () => (await world.ask("/api/exist-email/a@example.com")).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
  });
});
