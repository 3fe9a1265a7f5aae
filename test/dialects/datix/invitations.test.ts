import { beforeEach, describe, expect, it } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { linkToken, messagesTo, verificationToken } from "../../mail.ts";
import { audited, enrol, founder, type Person, switchTo } from "../../organization.ts";
import { storageOf } from "../../promises/things.ts";
import { type Answered, emptyStorage, startWorld, type World } from "../../world.ts";

const WEEK = 7 * 24 * 3_600;

let world: World;
let ada: Person;
let bob: Person;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await verified("ada");
  bob = await verified("bob");
});

async function verified(name: string): Promise<Person> {
  const person = await founder(world, name);
  await world.ask(`/api/verify-email/${await verificationToken(world, person.email)}`);
  return person;
}

function invite(email: string, role = "member", by: Person = ada): Promise<Answered> {
  return world.ask("/v1/auth/invitations", { token: by.token, json: { email, role } });
}

const mailedTo = (to: string) => linkToken(world, { to, path: "/accept-invitation" });

function accept(token: string, by: Person = bob): Promise<Answered> {
  return world.ask("/v1/auth/accept-invitation", { token: by.token, json: { token } });
}

async function list(): Promise<readonly { id: string; email: string }[]> {
  return (await world.ask("/v1/auth/invitations", { token: ada.token })).json.invitations;
}

const setMember = (person: Person, json: object, by: Person) =>
  world.ask(`/v1/auth/members/${person.id}`, { method: "PATCH", token: by.token, json });

describe("an invitation", () => {
  it("makes the invited user a member in the role, once", async () => {
    await invite(bob.email, "viewer");
    const token = await mailedTo(bob.email);
    const joined = await accept(token);
    expect([joined.status, joined.json]).toEqual([
      200,
      { organization_id: ada.organization, organization_name: "ada's", role: "viewer" },
    ]);
    const inside = await switchTo(world, bob.token, ada.organization);
    expect((await world.ask("/v1/auth/members", { token: inside })).json.members).toHaveLength(2);
    expect((await accept(token, { ...bob, token: inside })).status).toBe(404);
    expect(await list()).toEqual([]);
    expect(await audited(world, "invitation.")).toEqual(["invitation.sent", "invitation.accepted"]);
  });

  it("accepted ten times in parallel makes one membership", async () => {
    await invite(bob.email);
    const token = await mailedTo(bob.email);
    const answers = await Promise.all(Array.from({ length: 10 }, () => accept(token)));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 404, 409]).toContain(status);
    const { members } = await storageOf();
    expect(members).toHaveLength(3);
    expect(await audited(world, "invitation.accepted")).toHaveLength(1);
  });

  it("of another address is refused, and stays good for its own", async () => {
    const eve = await verified("eve");
    await invite(bob.email);
    const token = await mailedTo(bob.email);
    expect((await accept(token, eve)).json).toMatchObject({ status: 403, code: "forbidden" });
    expect((await accept(token)).status).toBe(200);
  });

  it("waits until the invited address is verified", async () => {
    const cyd = await founder(world, "cyd");
    await invite(cyd.email);
    const token = await mailedTo(cyd.email);
    expect((await accept(token, cyd)).json).toMatchObject({ status: 403, code: "email_unverified" });
    await world.ask(`/api/verify-email/${await verificationToken(world, cyd.email)}`);
    expect((await accept(token, cyd)).status).toBe(200);
  });

  it("kills the older one to the same address, in whatever case", async () => {
    await invite(bob.email, "admin");
    const older = await mailedTo(bob.email);
    await invite("BOB@example.com", "viewer");
    expect((await accept(older)).status).toBe(404);
    expect((await accept(await mailedTo(bob.email))).json.role).toBe("viewer");
  });

  it("that was revoked, is a week old or never was is 404, alike", async () => {
    await invite(bob.email);
    const revoked = await mailedTo(bob.email);
    const [made] = await list();
    await world.ask(`/v1/auth/invitations/${made?.id}`, { method: "DELETE", token: ada.token });
    const answers = [await accept(revoked), await accept("x".repeat(43)), await accept("x")];
    expect(answers.map(({ json }) => [json.status, json.detail])).toEqual(
      answers.map(() => [404, "The link is unknown, was used already, or is too old"]),
    );
    expect(await audited(world, "invitation.")).toEqual(["invitation.sent", "invitation.revoked"]);
  });

  it("ends after seven days, and its row is forgotten", async () => {
    const ours = startWorld({ ACCESS_TOKEN_TTL_SECONDS: 86_400, SESSION_TTL_SECONDS: 20 * 86_400 }, world.clock);
    const logIn = async ({ email }: Person) =>
      (await ours.ask("/v1/auth/login", { json: { email, password: "correct horse battery" } })).json.access_token;
    await invite(bob.email);
    const token = await mailedTo(bob.email);
    world.clock.advance(WEEK - 1);
    const tokens = { ada: await logIn(ada), bob: await logIn(bob) };
    const waiting = () => ours.ask("/v1/auth/invitations", { token: tokens.ada });
    expect((await waiting()).json.invitations).toHaveLength(1);
    world.clock.advance(1);
    expect((await waiting()).json.invitations).toEqual([]);
    const late = await ours.ask("/v1/auth/accept-invitation", { token: tokens.bob, json: { token } });
    expect(late.status).toBe(404);
    world.clock.advance(1);
    await runCron(ours.core);
    expect((await storageOf()).invitations).toEqual([]);
  });

  it("of an admin who is none any more is void, and comes back with them", async () => {
    const cyd = await verified("cyd");
    await enrol(world, { organization: ada.organization, id: cyd.id, role: "admin" });
    const inside = { ...cyd, token: await switchTo(world, cyd.token, ada.organization) };
    await invite(bob.email, "admin", inside);
    const token = await mailedTo(bob.email);
    await setMember(cyd, { role: "member" }, ada);
    expect([(await accept(token)).status, await list()]).toEqual([404, []]);
    await setMember(cyd, { role: "admin", is_active: false }, ada);
    expect((await accept(token)).status).toBe(404);
    await setMember(cyd, { is_active: true }, ada);
    expect((await accept(token)).status).toBe(200);
  });

  it("to a member is 409, and one who became a member meanwhile gets 409 too", async () => {
    await invite(bob.email);
    const token = await mailedTo(bob.email);
    await enrol(world, { organization: ada.organization, id: bob.id, role: "viewer" });
    expect((await accept(token)).json).toMatchObject({ status: 409, code: "already_member" });
    expect((await invite(bob.email)).json).toMatchObject({ status: 409, code: "already_member" });
  });

  it("brings nobody back who was deactivated", async () => {
    await enrol(world, { organization: ada.organization, id: bob.id, role: "viewer" });
    await setMember(bob, { is_active: false }, ada);
    expect((await invite(bob.email)).status).toBe(409);
  });

  it("is of an admin with a verified address alone", async () => {
    const cyd = await founder(world, "cyd");
    expect((await invite("x@example.com", "admin", cyd)).json).toMatchObject({ status: 403, code: "email_unverified" });
    expect(await messagesTo(world, "x@example.com")).toEqual([]);
  });
});

describe("its mail", () => {
  it.each([
    ["en", "Invitation to ada's"],
    ["es", "Invitación a ada's"],
    ["pt", "Convite para ada's"],
  ])("in %s names who invites and the organization, and its link stands alone on a line", async (language, subject) => {
    const headers = { "Accept-Language": language };
    await world.ask("/v1/auth/invitations", {
      token: ada.token,
      headers,
      json: { email: "x@example.com", role: "member" },
    });
    const [mail] = await messagesTo(world, "x@example.com");
    expect(mail?.subject).toBe(subject);
    expect(mail?.text).toContain("ada");
    expect(await mailedTo("x@example.com")).toMatch(/^[\w-]{43}$/);
  });

  it("is sent to one address five times an hour, and takes nothing of its budget for resets", async () => {
    for (let sent = 0; sent < 5; sent++) expect((await invite(bob.email)).status).toBe(201);
    expect((await invite(bob.email)).status).toBe(429);
    const { email } = bob;
    expect((await world.ask("/api/forgot-password", { json: { email } })).status).toBe(200);
  });

  it("is sent by one client thirty times in 15 minutes", async () => {
    const statuses = [];
    for (let sent = 0; sent < 31; sent++) statuses.push((await invite(`guest${sent}@example.com`)).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(30);
    expect(statuses.at(-1)).toBe(429);
  });

  it("bears the only copy of the token: what is stored opens nothing", async () => {
    await invite(bob.email);
    const token = await mailedTo(bob.email);
    const { outbox: _, ...stored } = await storageOf();
    expect(JSON.stringify(stored)).not.toContain(token);
    expect(JSON.stringify(world.log.lines)).not.toContain(token);
  });
});
